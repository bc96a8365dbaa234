/**
 * Mail from the world, examined by the real verifier over a zone in memory and by scanners that say what they are told:
 * bank.test asks for rejection, friend.test sends from the peer's address 192.0.2.7.
 */

import assert from "node:assert/strict";
import type { Authentication } from "../../rules/authentication/authentication.ts";
import { failing } from "../../rules/authentication/judging.fixture.ts";
import { texts, type Zone } from "../../rules/authentication/zone.fixture.ts";
import type { SpamVerdict, VirusVerdict } from "../../rules/scan-verdict.ts";
import { createVerifier } from "../authentication/verifier.ts";
import { zoneResolver } from "../authentication/verifying.fixture.ts";
import { Delivering, type DeliveringWishes, idOf } from "./delivering.fixture.ts";
import { createExaminer, type ExaminerOptions } from "./examine.ts";
import type { Reply } from "./inbound.ts";
import type { MailToScan, SpamScanner, VirusScanner } from "./inbound-scanner.ts";

const zone: Zone = {
  ...texts({
    "bank.test": "v=spf1 -all",
    "_dmarc.bank.test": "v=DMARC1; p=reject; rua=mailto:r@bank.test",
    "friend.test": "v=spf1 ip4:192.0.2.7 -all",
    "_dmarc.friend.test": "v=DMARC1; p=reject; rua=mailto:r@friend.test",
    "example.net": "v=spf1 ip4:192.0.2.7 -all",
  }),
  "7.2.0.192.in-addr.arpa": [{ PTR: "mx.friend.test" }],
  "mx.friend.test": [{ A: "192.0.2.7" }],
};

export const clean: SpamVerdict = { kind: "clean", score: 0.5, symbols: [] };
export const spamAt = (mark: "junk" | "refuse"): SpamVerdict => ({ kind: "spam", mark, score: 9, symbols: [] });
export const silent = { kind: "unavailable", why: "timeout" } as const;
export const virusFound: VirusVerdict = { kind: "virus", name: "Eicar" };

const status = async () => ({ kind: "alive" as const, version: undefined, findings: [] });

export function spamSaying(verdict: SpamVerdict, heard: MailToScan[] = []): SpamScanner {
  const scan = async (mail: MailToScan): Promise<SpamVerdict> => {
    heard.push(mail);
    return verdict;
  };
  return { name: "rspamd", scan, status };
}

export const virusSaying = (verdict: VirusVerdict): VirusScanner => ({
  name: "clamd",
  scan: async () => verdict,
  status,
});

/** Nothing is configured but the verifier. */
export function optionsOf(
  world: Pick<Delivering, "clock" | "log" | "directory">,
  more: Partial<ExaminerOptions> = {},
): ExaminerOptions {
  const { clock, log, directory } = world;
  return {
    verifier: createVerifier({ resolver: zoneResolver(zone), clock }),
    spam: undefined,
    virus: undefined,
    marks: { junk: 6, refuse: 15 },
    whenSilent: { spam: "pass", virus: "defer" },
    lists: undefined,
    listMarks: { junk: 1, refuse: undefined },
    defence: undefined,
    trustedSealers: [],
    forwardersOf: async () => [],
    counter: undefined,
    reports: undefined,
    directory,
    operator: "u1@example.test",
    hostName: "mx.example.test",
    domains: ["example.test"],
    clock,
    log,
    ...more,
  };
}

/** A world whose port 25 examines. */
export const examining = (
  more: Partial<ExaminerOptions> | ((world: Delivering) => Partial<ExaminerOptions>) = {},
  wishes: DeliveringWishes = {},
): Promise<Delivering> =>
  Delivering.open({
    examiner: (world) => createExaminer(optionsOf(world, typeof more === "function" ? more(world) : more)),
    ...wishes,
  });

/** A verifier that finds this of everything. */
export const verifierSaying = (found: Authentication): NonNullable<ExaminerOptions["verifier"]> => ({
  begin: () => ({ verify: async () => found }),
});

export const FRIEND = "From: Ann <ann@friend.test>\r\nSubject: hello\r\n\r\nbody\r\n";
export const BANK = "From: Bank <info@bank.test>\r\nSubject: money\r\n\r\nbody\r\n";

/** A message that fails bank.test's policy; who passed it on is named by the holder of `name` and by nobody else. */
export const forgivenBy = (name: string): Pick<ExaminerOptions, "verifier" | "forwardersOf"> => ({
  verifier: verifierSaying(failing({ spf: { result: "pass", domain: "forwarder.test" } })),
  forwardersOf: async (account) => (account === idOf(name) ? ["forwarder.test"] : []),
});

export const U1: readonly string[] = ["u1@example.test"];
export const BOTH: readonly string[] = ["u1@example.test", "u2@example.test"];
export const fromFriend = { envelope: { sender: "ann@friend.test" } } as const;
export const said = ({ code, enhanced }: Reply): string => `${code} ${enhanced}`;

/** The fields of the header, unfolded. */
export const fieldsOf = (mail: string): readonly string[] =>
  mail
    .slice(0, mail.indexOf("\r\n\r\n"))
    .replaceAll(/\r\n[ \t]+/g, " ")
    .split("\r\n");

export async function nothingLeft(world: Delivering): Promise<void> {
  for (const name of ["u1", "u2"]) assert.equal((await world.mail.read(idOf(name)).usage()).messages, 0);
  assert.equal(await world.queue.count(), 0);
}
