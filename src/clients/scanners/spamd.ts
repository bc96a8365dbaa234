/**
 * SpamAssassin's spamd as a spam scanner and, where it keeps statistics for each person, as a pupil: its protocol SPAMC
 * 1.5, one connection a message. It is told the message, and the name of a person only where it is set up for that. It
 * knows no limit of size and takes long over large messages: those are unscanned.
 */
import { type ScanFailure, type Scored, spamVerdict, unavailable } from "../../rules/scan-verdict.ts";
import type { SpamScanner, SpamTeacher } from "../../service/delivery/inbound-scanner.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { spamdLimits } from "./limits.ts";
import { messagePieces } from "./message-pieces.ts";
import { findingsOfPlace, type Place } from "./place.ts";
import { type DeskOptions, ScanDesk } from "./scan-desk.ts";
import { ScannerLink } from "./scanner-link.ts";
import { parseSymbolsAnswer, parseTellAnswer, parseVersion } from "./spamd-answer.ts";
import { userName } from "./user-name.ts";

export type SpamdOptions = {
  readonly place: Place;
  /** spamd keeps preferences and statistics for each person (SQL or LDAP), by the name that it is told. */
  readonly perUser: boolean;
} & Omit<DeskOptions, "limits"> &
  Partial<Pick<DeskOptions, "limits">>;

/** For the version, which spamd tells in no other way. */
const PROBE = Buffer.from("Subject: Is SpamAssassin alive?\r\n\r\nA question of the mail server.\r\n");
const PROBE_MESSAGE: ContentSource = {
  size: PROBE.length,
  bytes: PROBE,
  async *pieces() {
    yield PROBE;
  },
};

export function createSpamd(options: SpamdOptions): {
  readonly scanner: SpamScanner;
  readonly teacher: SpamTeacher | undefined;
} {
  const { place, perUser, clock, limits = spamdLimits, ...rest } = options;
  const desk = new ScanDesk({ clock, limits, ...rest });
  /** Says what is wanted and the message, and reads the answer. */
  const ask = async <T>(
    signal: AbortSignal,
    head: readonly string[],
    content: ContentSource,
    parse: (octets: Uint8Array) => T | ScanFailure,
  ): Promise<T | ScanFailure> => {
    const opened = await ScannerLink.open(place, signal, limits.maxAnswerBytes);
    if (typeof opened === "string") return opened;
    using link = opened;
    await send(link, [...head, `Content-length: ${content.size}`], content);
    const answer = await link.answer();
    return typeof answer === "string" ? answer : parse(answer);
  };
  const userLine = (user: string | undefined): readonly string[] => {
    const name = perUser ? userName(user) : undefined;
    return name === undefined ? [] : [`User: ${name}`];
  };
  const scanner: SpamScanner = {
    name: "spamassassin",
    async scan({ content, user }, marks) {
      if (content.size > limits.maxMessageBytes) return { kind: "unscanned", why: "too-large" };
      const head = ["SYMBOLS SPAMC/1.5", ...userLine(user)];
      const parse = (octets: Uint8Array): Scored | ScanFailure => parseSymbolsAnswer(octets, limits.maxSymbols);
      const scored = await desk.converse<Scored>((signal) => ask(signal, head, content, parse));
      return "kind" in scored ? scored : spamVerdict(scored, marks);
    },
    async status() {
      const answer = await desk.converse((signal) => ask(signal, ["HEADERS SPAMC/1.5"], PROBE_MESSAGE, parseVersion));
      const findings = findingsOfPlace(place, "spamd");
      return "kind" in answer ? { ...answer, findings } : { kind: "alive", version: answer.version, findings };
    },
  };
  const teacher: SpamTeacher = {
    async learn(content, as, user) {
      if (userName(user) === undefined) return unavailable("failed");
      if (content.size > limits.maxMessageBytes) return { kind: "unscanned", why: "too-large" };
      const head = ["TELL SPAMC/1.5", `Message-class: ${as}`, "Set: local", ...userLine(user)];
      const told = await desk.converse((signal) => ask(signal, head, content, parseTellAnswer));
      if ("kind" in told) return told;
      return told.isLearned ? { kind: "learned" } : { kind: "unchanged" };
    },
  };
  return { scanner, teacher: perUser ? teacher : undefined };
}

/** Stops early when spamd has answered or is gone. */
async function send(link: ScannerLink, head: readonly string[], content: ContentSource): Promise<void> {
  if (!(await link.write(`${head.join("\r\n")}\r\n\r\n`))) return;
  for await (const piece of messagePieces(content)) if (!(await link.write(piece))) return;
}
