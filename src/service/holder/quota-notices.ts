/**
 * Tells holders that their mailbox is nearly full, or full: once each time a line is crossed upwards, as the store's marks
 * have it. The store keeps the mark until the notice is durable, so that whoever dies in between leaves it to the next who
 * opens the account; and a notice is told once an occasion, so two workers tell it once. A notice may itself cross the
 * second line, and then there is none left.
 *
 * One after another: of however many accounts, each waits at most once. One that fails rests for a while.
 */
import { type Clock, MINUTE } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailStore, MailWriter } from "../../store/mail-store.ts";
import { StoreError } from "../../store/store-error.ts";
import type { Notices } from "../notices/notices.ts";

export type QuotaNoticesOptions = {
  readonly mail: Pick<MailStore, "read" | "onQuotaCrossed"> & {
    readonly write: (account: AccountId) => Pick<MailWriter, "quotaTold">;
  };
  readonly notices: Pick<Notices, "tell">;
  readonly clock: Clock;
  readonly log: Log;
};

/** A store that fails is opened anew each time, which would ask for the notice at once. */
const AGAIN_MS: number = 10 * MINUTE;

/** Tells from now on; disposing fulfils when the notice under way is told. In every worker. */
export function createQuotaNotices(options: QuotaNoticesOptions): AsyncDisposable {
  const waiting = new Set<AccountId>();
  const resting = new Map<AccountId, Disposable>();
  let telling: Promise<void> | undefined;

  const tellAll = async (): Promise<void> => {
    // A set hands out what is added meanwhile, too.
    for (const account of waiting) {
      waiting.delete(account);
      if ((await tell(options, account)) === "later") rest(account);
    }
    telling = undefined;
  };
  const start = (account: AccountId): void => {
    if (resting.has(account)) return;
    waiting.add(account);
    telling ??= tellAll();
  };
  const rest = (account: AccountId): void => {
    const timer = options.clock.after(AGAIN_MS, () => {
      resting.delete(account);
      start(account);
    });
    resting.set(account, timer);
    waiting.delete(account);
  };
  const listening = options.mail.onQuotaCrossed(start);
  return {
    async [Symbol.asyncDispose]() {
      listening[Symbol.dispose]();
      waiting.clear();
      await telling;
      for (const timer of resting.values()) timer[Symbol.dispose]();
    },
  };
}

async function tell({ mail, notices, log }: QuotaNoticesOptions, account: AccountId): Promise<"done" | "later"> {
  try {
    const reader = mail.read(account);
    const { line, crossedAt: at } = await reader.quotaMarks();
    if (at === undefined) return "done";
    const { octets, quotaBytes } = await reader.usage();
    const kind = line === 100 ? "mailbox-full" : "mailbox-nearly-full";
    await notices.tell(account, { kind, at, octets, quotaBytes }, String(at));
    await mail.write(account).quotaTold(at);
    return "done";
  } catch (error) {
    // Of a deleted account there is nobody to tell; at the end of the service the mark stays for the next start.
    const code = error instanceof StoreError ? error.code : "bug";
    if (code === "no-account" || code === "closed") return "done";
    log("holder.failed", { account, step: "quota notice", code });
    return "later";
  }
}
