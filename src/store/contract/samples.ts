/** Made-up messages for the contract suites: real octets, and values in place of what the parser would derive. */
import type { Derived } from "../../syntax/message/derived.ts";
import type { ContentSource, NewMail } from "../mail-store.ts";

/** A source whose octets come in pieces of `pieceBytes` and are not in memory as a whole, as from a spool. */
export function chunked(octets: Uint8Array, pieceBytes: number): ContentSource {
  return {
    size: octets.length,
    bytes: undefined,
    async *pieces(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < octets.length; at += pieceBytes) yield octets.slice(at, at + pieceBytes);
    },
  };
}

/** A source that has all octets in memory. */
export function inMemory(octets: Uint8Array): ContentSource {
  return { ...chunked(octets, 256 * 1024), bytes: octets };
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** Values that tell messages apart; the store does not look into them. */
export function derivedOf(octets: Uint8Array, subject: string, text: string): Derived {
  const end = Buffer.from(octets.buffer, octets.byteOffset, octets.length).indexOf("\r\n\r\n");
  return {
    size: octets.length,
    headerSize: end === -1 ? octets.length : end + 4,
    envelope: `(NIL "${subject}" NIL NIL NIL NIL NIL NIL NIL NIL)`,
    structure: `("TEXT" "PLAIN" NIL NIL NIL "7BIT" ${octets.length} 1 NIL NIL NIL NIL)`,
    tree: JSON.stringify({ subject }),
    from: "alice <alice@example.org>",
    to: "bob <bob@example.org>",
    cc: "",
    bcc: "",
    subject,
    sentDate: 1_700_000_000_000,
    text,
  };
}

export type MailOptions = {
  readonly subject?: string;
  readonly text?: string;
  readonly system?: number;
  readonly keywords?: readonly string[];
  readonly octets?: Uint8Array;
  readonly content?: ContentSource;
};

export function mail(options: MailOptions = {}): NewMail {
  const { subject = "subject", text = "body", system = 0, keywords = [] } = options;
  const octets = options.octets ?? new TextEncoder().encode(`Subject: ${subject}\r\n\r\n${text}\r\n`);
  return {
    content: options.content ?? inMemory(octets),
    derived: derivedOf(octets, subject, text),
    flags: { system, keywords },
    internalDate: 1_700_000_001_000,
    zoneMinutes: -90,
  };
}
