/** The sentences that a `--` line of a transcript may say, and what they do. */
import type { MailStore } from "../../src/store/mail-store.ts";
import type { StoreErrorCode } from "../../src/store/store-error.ts";
import { idOf, message } from "./cast.ts";
import { type FakeClock, turns } from "./fake-clock.ts";

export type EventsWorld = {
  readonly clock: FakeClock;
  readonly mail: MailStore & {
    fail(account: ReturnType<typeof idOf> | "all", code: StoreErrorCode): void;
    heal(): void;
  };
  /** Numbers of the messages that arrived so far, so that each is another. */
  next(): number;
};

const UNITS: Readonly<Record<string, number>> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const SENTENCES: readonly (readonly [
  RegExp,
  (world: EventsWorld, found: readonly string[]) => Promise<void> | void,
])[] = [
  [
    /^(\d+) (second|minute|hour|day)s? pass(?:es)?$/,
    (world, [n, unit]) => world.clock.advance(Number(n) * (UNITS[unit ?? ""] ?? 0)),
  ],
  [/^a message arrives in (\S+)$/, (world, [name]) => deliver(world, name ?? "")],
  [/^the store of (u\d) fails$/, (world, [name]) => world.mail.fail(idOf(name ?? ""), "io")],
  [/^the store of (u\d) is busy$/, (world, [name]) => world.mail.fail(idOf(name ?? ""), "busy")],
  [/^the disk is full$/, (world) => world.mail.fail("all", "full")],
  [/^(?:the store of u\d is well again|the disk has room again)$/, (world) => world.mail.heal()],
];

/** @throws Error for a sentence that none of the forms fits. */
export async function happen(world: EventsWorld, event: string): Promise<void> {
  for (const [form, act] of SENTENCES) {
    const found = form.exec(event);
    if (found === null) continue;
    await act(world, found.slice(1));
    await turns(10);
    return;
  }
  throw new Error(`nothing known happens when "${event}"; test/world/events.ts lists the sentences`);
}

async function deliver(world: EventsWorld, name: string): Promise<void> {
  const mailbox = await world.mail.read(idOf("u1")).mailbox(name);
  if (mailbox === undefined) throw new Error(`u1 has no mailbox ${name}`);
  await world.mail.write(idOf("u1")).append(mailbox.id, [message(world.next(), world.clock.now())]);
}
