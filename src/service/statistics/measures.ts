/**
 * What is counted for years, as a table: from which events, told apart by which labels, and who the people behind a cell
 * are. Every event feeds one measure at most, and what two events tell of one happening is counted once, so that no
 * measure can be subtracted from another (promise L4). Events without a person, or whose person is not known, are not
 * counted; what happens to the machine is the business of metrics and alerts (docs/prometheus).
 */
import {
  type ClosedSet,
  imapCommands,
  imapResults,
  outcomeOf,
  outcomes,
  refusals,
  smtpEndings,
  smtpVerbs,
  tlsVersions,
} from "../../host/metrics/closed-sets.ts";

/** A line of the log, parsed. */
export type Line = Readonly<Record<string, unknown>>;

export type Label = {
  readonly name: string;
  readonly values: ClosedSet;
  readonly of: (line: Line) => unknown;
};

export type Source = {
  readonly event: string;
  /** Lines that count; all where it is left out. */
  readonly counts?: (line: Line) => boolean;
};

/** What a figure's `sum` adds up. */
export type Amount = {
  readonly field: string;
  /** Octets in one unit of the sum. */
  readonly unit: number;
  readonly name: string;
};

export type Measure = {
  readonly name: string;
  readonly summary: string;
  /** `people`: how many different ones in the day, without labels. */
  readonly what: "events" | "people";
  readonly sources: readonly Source[];
  /**
   * The field that tells people apart: an account; a class of accounts (different classes are different accounts, and
   * no account is busier than its class); or the address of a server or stranger, where no account holder acts.
   */
  readonly who: "account" | "crowd" | "client";
  readonly labels: readonly Label[];
  readonly amount: Amount | undefined;
};

const MiB = 1024 * 1024;

/** Upper bounds of sizes of messages, octets. */
const SIZES: readonly (readonly [name: string, below: number])[] = [
  ["below 10 KiB", 10 * 1024],
  ["below 100 KiB", 100 * 1024],
  ["below 1 MiB", MiB],
  ["below 10 MiB", 10 * MiB],
  ["10 MiB and more", Number.POSITIVE_INFINITY],
];
const sizeOf = (bytes: unknown): string | undefined =>
  typeof bytes === "number" ? SIZES.find(([, below]) => bytes < below)?.[0] : undefined;

/** Log-ins have a measure of their own, and CAPABILITY is asked for before one. */
const NOT_COUNTED: ReadonlySet<unknown> = new Set(["LOGIN", "AUTHENTICATE", "CAPABILITY", "LOGOUT"]);

const onSmtp = (line: Line): boolean => line["listener"] === "smtp";

export const measures: readonly Measure[] = [
  {
    name: "accounts-active",
    summary: "Accounts that logged in on a day",
    what: "people",
    sources: [{ event: "login.accepted" }],
    who: "account",
    labels: [],
    amount: undefined,
  },
  {
    name: "log-ins",
    summary: "Log-ins to accounts that exist",
    what: "events",
    sources: [{ event: "login.accepted" }, { event: "login.refused" }],
    who: "account",
    labels: [
      {
        name: "result",
        values: ["accepted", "refused"],
        of: ({ event }) => (event === "login.accepted" ? "accepted" : "refused"),
      },
      {
        name: "password",
        values: ["account", "app", "unknown"],
        of: ({ appPassword }) => (appPassword === undefined ? "unknown" : appPassword === true ? "app" : "account"),
      },
    ],
    amount: undefined,
  },
  {
    name: "imap-commands",
    summary: "Commands of mail clients that were logged in, and the octets of the answers",
    what: "events",
    sources: [{ event: "imap.command", counts: ({ command }) => !NOT_COUNTED.has(command) }],
    who: "account",
    labels: [
      {
        name: "command",
        values: imapCommands.filter((name) => !NOT_COUNTED.has(name)),
        of: ({ command }) => command,
      },
      { name: "result", values: imapResults, of: ({ result }) => result },
    ],
    amount: { field: "bytes", unit: MiB, name: "MiB" },
  },
  {
    name: "imap-sessions",
    summary: "Sessions of mail clients, by version of TLS",
    what: "events",
    sources: [{ event: "imap.closed" }],
    who: "account",
    labels: [{ name: "tls", values: tlsVersions, of: ({ tls }) => tls }],
    amount: undefined,
  },
  {
    name: "mail-received",
    summary: "Messages from other servers that came to their end, by outcome and size",
    what: "events",
    sources: [{ event: "smtp.message" }],
    who: "crowd",
    labels: [
      { name: "outcome", values: outcomes, of: ({ code }) => outcomeOf(code) },
      { name: "size", values: SIZES.map(([name]) => name), of: ({ bytes }) => sizeOf(bytes) },
    ],
    amount: { field: "bytes", unit: MiB, name: "MiB" },
  },
  {
    name: "mail-submitted",
    summary: "Messages that account holders sent, by outcome and size",
    what: "events",
    sources: [{ event: "submission.message" }],
    who: "account",
    labels: [
      { name: "outcome", values: outcomes, of: ({ code }) => outcomeOf(code) },
      { name: "size", values: SIZES.map(([name]) => name), of: ({ bytes }) => sizeOf(bytes) },
    ],
    amount: { field: "bytes", unit: MiB, name: "MiB" },
  },
  {
    name: "mail-sent",
    summary: "Recipients in the world, by what became of them and whether TLS protected the way",
    what: "events",
    sources: [{ event: "queue.delivered" }, { event: "queue.failed" }],
    who: "account",
    labels: [
      {
        name: "result",
        values: ["delivered", "failed"],
        of: ({ event }) => (event === "queue.delivered" ? "delivered" : "failed"),
      },
      { name: "tls", values: ["yes", "no"], of: ({ tls }) => (tls === undefined ? "no" : "yes") },
    ],
    amount: undefined,
  },
  {
    name: "smtp-sessions",
    summary: "Sessions of other servers, by end and whether they had TLS",
    what: "events",
    sources: [{ event: "smtp.closed" }],
    who: "client",
    labels: [
      { name: "end", values: smtpEndings, of: ({ reason }) => reason },
      { name: "tls", values: ["yes", "no"], of: ({ tls }) => (tls === true ? "yes" : "no") },
    ],
    amount: undefined,
  },
  {
    name: "smtp-refusals",
    summary: "Commands of other servers that were refused, messages not among them",
    what: "events",
    sources: [{ event: "smtp.refused" }],
    who: "client",
    labels: [
      { name: "command", values: smtpVerbs, of: ({ verb }) => verb },
      { name: "outcome", values: outcomes, of: ({ code }) => outcomeOf(code) },
    ],
    amount: undefined,
  },
  {
    name: "smtp-turned-away",
    summary: "Connections of other servers that were turned away",
    what: "events",
    sources: [{ event: "connection.refused", counts: onSmtp }],
    who: "client",
    labels: [{ name: "reason", values: refusals, of: ({ reason }) => reason }],
    amount: undefined,
  },
];
