/**
 * The SMTP world with mail examined: a real verifier over the zone of examining.fixture.ts, and scanners that find a virus
 * in what says EICAR, spam in what says SPAMMY, and are sure of what says GTUBE. Sentences of its own tell what a holder
 * finds: `Junk of u1 holds "a text"`, `INBOX of u1 is empty`, `the virus scanner falls silent`.
 */
import assert from "node:assert/strict";
import { createExaminer } from "../../src/service/delivery/examine.ts";
import {
  clean,
  optionsOf,
  silent,
  spamAt,
  spamSaying,
  virusFound,
  virusSaying,
} from "../../src/service/delivery/examining.fixture.ts";
import { firstOctets } from "../../src/store/content-of.ts";
import type { ContentSource } from "../../src/store/mail-store.ts";
import { range } from "../../src/syntax/bytes/number-set.ts";
import type { Transcript } from "../transcript/parse.ts";
import type { World } from "../transcript/play.ts";
import type { StoreKind } from "../transcript/run.ts";
import { idOf } from "./cast.ts";
import type { ServiceWorld } from "./service-world.ts";
import { smtpWorld } from "./smtp-world.ts";

export async function arrivingWorld(transcript: Transcript, kind: StoreKind): Promise<World> {
  const mute = { spam: false, virus: false };
  let service: ServiceWorld | undefined;
  const world = await smtpWorld(transcript, kind, (opened) => {
    service = opened;
    const { clock, directory } = opened;
    return createExaminer(optionsOf({ clock, directory, log: () => {} }, scannersOf(mute)));
  });
  return {
    connect: (name) => world.connect(name),
    async happen(event) {
      const [, scanner] = /^the (virus|spam) scanner falls silent$/.exec(event) ?? [];
      const [, mailbox = "", name, text] = /^(\S+) of (u\d) (?:holds "(.*)"|is empty)$/.exec(event) ?? [];
      if (scanner === "virus" || scanner === "spam") mute[scanner] = true;
      else if (service !== undefined && name !== undefined) await holds(service, name, mailbox, text);
      else await world.happen(event);
    },
    audit: () => world.audit(),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** Of messages as long as a transcript's. */
const MOST_BYTES = 64 * 1024;

async function says(content: ContentSource, word: string): Promise<boolean> {
  return Buffer.from(await firstOctets(content, MOST_BYTES)).includes(word);
}

function scannersOf(mute: { readonly spam: boolean; readonly virus: boolean }) {
  return {
    spam: {
      ...spamSaying(clean),
      async scan({ content }: { readonly content: ContentSource }) {
        if (mute.spam) return silent;
        if (await says(content, "GTUBE")) return spamAt("refuse");
        return (await says(content, "SPAMMY")) ? spamAt("junk") : clean;
      },
    },
    virus: {
      ...virusSaying({ kind: "clean" }),
      async scan(content: ContentSource) {
        if (mute.virus) return silent;
        return (await says(content, "EICAR")) ? virusFound : ({ kind: "clean" } as const);
      },
    },
  };
}

/** @param text stands in the last message, each line end and what folds it one space; `undefined`: there is none */
async function holds({ mail }: ServiceWorld, name: string, mailbox: string, text: string | undefined): Promise<void> {
  const reader = mail.read(idOf(name));
  const state = (await reader.mailbox(mailbox)) ?? assert.fail(`${name} has no ${mailbox}`);
  const texts: string[] = [];
  for await (const rows of reader.rows(state.id, range(1, 1000), "facts"))
    for (const { content, size } of rows) {
      const pieces: Uint8Array[] = [];
      for await (const piece of reader.octets(content, 0, size)) pieces.push(new Uint8Array(piece));
      texts.push(
        Buffer.concat(pieces)
          .toString("latin1")
          .replaceAll(/\r\n[ \t]*/g, " "),
      );
    }
  if (text === undefined) assert.deepEqual(texts, [], `${mailbox} of ${name}`);
  else assert.ok(texts.at(-1)?.includes(text), `${mailbox} of ${name} holds ${JSON.stringify(texts)}`);
}
