/**
 * A list that cannot be altered unnoticed: lines of JSON in one file, each with the SHA-256 over the head before it and
 * what it says. Who knows one head can tell whether anything up to it was changed, left out or put in. Lines are public:
 * what must not be read rests elsewhere, sealed, and only its salted digest stands here.
 */
import { createHash } from "node:crypto";
import { closeSync, constants, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { HostError } from "../host-error.ts";
import { syncFolder } from "../sync-folder.ts";

export type ChainLine = {
  /** From 1 on. */
  readonly n: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly what: string;
  /** Plain and public. */
  readonly says: Readonly<Record<string, string | number>>;
  /** SHA-256 over the head before it and this line without its head, hexadecimal. */
  readonly head: string;
};

export type ChainAudit =
  | { readonly kind: "whole"; readonly lines: readonly ChainLine[]; readonly head: string }
  /** `line`: the first that does not follow from those before. */
  | { readonly kind: "altered"; readonly line: number };

/** What precedes the first line. */
export const CHAIN_START: string = "0".repeat(64);

/**
 * Appends a line durably: it is fsynced on return. A tail that a crash cut off goes.
 * @throws HostError when the chain was altered: it is never continued over a gap.
 */
export function appendToChain(file: string, at: number, what: string, says: ChainLine["says"]): ChainLine {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
  try {
    const text = readFileSync(descriptor, "utf8");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    const audit = auditLines(whole);
    if (audit.kind === "altered") {
      throw new HostError(
        `${file} was altered: line ${audit.line} does not follow from those before it; keep the file and find out who did it`,
      );
    }
    const body = { n: audit.lines.length + 1, at, what, says };
    const line: ChainLine = { ...body, head: headOf(audit.head, body) };
    const end = Buffer.byteLength(whole);
    ftruncateSync(descriptor, end);
    writeSync(descriptor, `${JSON.stringify(line)}\n`, end, "utf8");
    fsyncSync(descriptor);
    if (line.n === 1) syncFolder(dirname(file));
    return line;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    throw new HostError(`${file} cannot be written (${code}): look at its disk`, { cause: error });
  } finally {
    closeSync(descriptor);
  }
}

/** Reads and audits a chain; one that does not exist is whole and empty. */
export function auditChain(file: string): ChainAudit {
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return auditLines(text.slice(0, text.lastIndexOf("\n") + 1));
}

function auditLines(text: string): ChainAudit {
  const lines: ChainLine[] = [];
  let head = CHAIN_START;
  for (const [index, source] of text.split("\n").slice(0, -1).entries()) {
    const line = parseLine(source);
    if (line === undefined || line.n !== index + 1 || line.head !== headOf(head, line)) {
      return { kind: "altered", line: index + 1 };
    }
    head = line.head;
    lines.push(line);
  }
  return { kind: "whole", lines, head };
}

function parseLine(source: string): ChainLine | undefined {
  try {
    const line = JSON.parse(source) as ChainLine;
    const isLine = typeof line === "object" && line !== null && typeof line.says === "object" && line.says !== null;
    return isLine ? line : undefined;
  } catch {
    return undefined;
  }
}

function headOf(before: string, { n, at, what, says }: Omit<ChainLine, "head">): string {
  return createHash("sha256")
    .update(JSON.stringify([before, n, at, what, says]))
    .digest("hex");
}
