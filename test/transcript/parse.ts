/**
 * Reads a transcript: a conversation written the way the RFCs write it. The format stands in docs/testing.md.
 * A line that is none of the known forms is an error with its line number: a transcript is never half understood.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type Expected = { readonly text: string; readonly line: number };

/** One step: octets the client sends, lines the server must (or must not) send, or something that happens outside. */
export type Step =
  | { readonly kind: "send"; readonly connection: string; readonly octets: string; readonly line: number }
  | { readonly kind: "expect"; readonly connection: string; readonly lines: Expected[]; readonly ordered: boolean }
  | { readonly kind: "forbid"; readonly connection: string; readonly text: string; readonly line: number }
  | { readonly kind: "event"; readonly text: string; readonly line: number };

export type Transcript = {
  readonly file: string;
  readonly title: string;
  readonly header: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
};

const HEADERS = new Set(["given", "requires", "limits", "state"]);
const SPOKEN = /^(C|S\*|S!|S)(\d*): ?(.*)$/;

/** Reads `file`; `{@name}` in its client lines is taken from the file's folder. */
export function readTranscript(file: string): Transcript {
  return parseTranscript(readFileSync(file, "utf8"), file);
}

/** @throws Error naming file and line when a line has none of the forms. */
export function parseTranscript(source: string, file: string): Transcript {
  const header = new Map<string, string>();
  const steps: Step[] = [];
  let title = "";
  for (const [index, raw] of source.split("\n").entries()) {
    const line = index + 1;
    const fail = (why: string): never => {
      throw new Error(`${file}:${line}: ${why}`);
    };
    if (raw.trim() === "") continue;
    if (raw.startsWith("#")) {
      title ||= raw.slice(1).trim();
    } else if (raw.startsWith("-- ")) {
      steps.push({ kind: "event", text: raw.slice(3).trim(), line });
    } else if (SPOKEN.test(raw)) {
      addSpoken(steps, SPOKEN.exec(raw) ?? fail("not a line of a transcript"), line, file);
    } else {
      const [, key = "", value = ""] = /^([a-z]+): (.*)$/.exec(raw) ?? fail("not a line of a transcript");
      if (!HEADERS.has(key)) fail(`no header is called ${key}; known are ${[...HEADERS].join(", ")}`);
      if (steps.length > 0) fail("headers stand before the first step");
      header.set(key, value.trim());
    }
  }
  if (title === "") throw new Error(`${file}: the first line must be a title: "# RFC n section m: claim"`);
  if (!steps.some((step) => step.kind === "expect")) throw new Error(`${file}: expects nothing, so it cannot fail`);
  return { file, title, header, steps };
}

function addSpoken(steps: Step[], spoken: RegExpExecArray, line: number, file: string): void {
  const [, who = "", connection = "", text = ""] = spoken;
  const last = steps.at(-1);
  if (who === "C") {
    steps.push({ kind: "send", connection, octets: `${unescape(withFile(text, file))}\r\n`, line });
  } else if (who === "S!") {
    steps.push({ kind: "forbid", connection, text, line });
  } else {
    const ordered = who === "S";
    const expected = { text: unescape(text), line };
    if (last?.kind === "expect" && last.connection === connection && last.ordered === ordered)
      last.lines.push(expected);
    else steps.push({ kind: "expect", connection, lines: [expected], ordered });
  }
}

/** `\xNN` is one octet; the text beside it is UTF-8 and becomes one character an octet. */
function unescape(text: string): string {
  const octets = Buffer.from(text, "utf8").toString("latin1");
  return octets.replace(/\\x([0-9A-Fa-f]{2})/g, (_all: string, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** `{@name.eml}` stands for a non-synchronizing literal with the octets of that file. */
function withFile(text: string, file: string): string {
  return text.replace(/\{@([\w.-]+)\}/g, (_all: string, name: string) => {
    const octets = readFileSync(join(dirname(file), name));
    return `{${octets.length}+}\r\n${octets.toString("latin1")}`;
  });
}
