/** The MIME tree of a message, with exact octet offsets from the start of the message (RFC 2045, RFC 2046). */

export type Part = {
  /** Where the part's own header begins; for the root 0. */
  readonly headerStart: number;
  /** Where its body begins: after the empty line. */
  readonly bodyStart: number;
  /** Where its body ends: before the CRLF that belongs to the next boundary. */
  readonly bodyEnd: number;
  /** Lower case; `text/plain` where absent or broken. */
  readonly type: string;
  readonly subtype: string;
  /** Content-Transfer-Encoding, lower case; `7bit` where absent. */
  readonly encoding: string;
  /** Children of a multipart, in order. */
  readonly children: readonly Part[];
  /** The message inside a message/rfc822 or message/global part. */
  readonly message: Part | undefined;
};

/** Writes a tree as compact JSON: `[headerStart, bodyStart, bodyEnd, type, subtype, encoding]`, then children or message. */
export function encodeTree(part: Part): string {
  return JSON.stringify(toRow(part));
}

/** Reads what `encodeTree` wrote. */
export function decodeTree(text: string): Part {
  return fromRow(JSON.parse(text) as Row);
}

/** A seventh element is a row (the message inside) when it begins with a number, else the list of children. */
type Row = [number, number, number, string, string, string, (Row | Row[])?];

function toRow({ headerStart, bodyStart, bodyEnd, type, subtype, encoding, children, message }: Part): Row {
  const row: Row = [headerStart, bodyStart, bodyEnd, type, subtype, encoding];
  if (children.length > 0) row.push(children.map(toRow));
  else if (message !== undefined) row.push(toRow(message));
  return row;
}

function fromRow([headerStart, bodyStart, bodyEnd, type, subtype, encoding, inner]: Row): Part {
  const isMessage = inner !== undefined && typeof inner[0] === "number";
  return {
    headerStart,
    bodyStart,
    bodyEnd,
    type,
    subtype,
    encoding,
    children: inner === undefined || isMessage ? [] : (inner as Row[]).map(fromRow),
    message: isMessage ? fromRow(inner as Row) : undefined,
  };
}

/**
 * Finds the part that IMAP numbers so (RFC 3501 section 6.4.5): a multipart numbers its children, a message that is
 * none has itself as part 1, and a message/rfc822 part continues with the message inside it. No numbers: the root.
 */
export function findPart(root: Part, numbers: readonly number[]): Part | undefined {
  let part: Part | undefined = root;
  let message: Part | undefined = root;
  for (const number of numbers) {
    if (message === undefined) return undefined;
    part = message.children.length > 0 ? message.children[number - 1] : partOne(message, number);
    if (part === undefined) return undefined;
    message = part.children.length > 0 ? part : part.message;
  }
  return part;
}

function partOne(message: Part, number: number): Part | undefined {
  return number === 1 ? message : undefined;
}

/** Which octets BODY[...] asks for; fields are chosen from the range of HEADER (header-fields.ts). */
export type Section = {
  /** Part numbers; empty for the message itself. */
  readonly part: readonly number[];
  readonly text: "" | "HEADER" | "HEADER.FIELDS" | "HEADER.FIELDS.NOT" | "TEXT" | "MIME";
};

/** Octets `from` (inside) to `to` (outside), from the start of the message. */
export type Range = { readonly from: number; readonly to: number };

/** Gives the octets of a section (RFC 3501 section 6.4.5) of a message of `size` octets; undefined when it has none such. */
export function sectionRange(root: Part, size: number, section: Section): Range | undefined {
  const part = findPart(root, section.part);
  if (part === undefined) return undefined;
  const isWhole = section.part.length === 0;
  switch (section.text) {
    case "":
      return isWhole ? { from: 0, to: size } : { from: part.bodyStart, to: part.bodyEnd };
    case "MIME":
      return isWhole ? undefined : { from: part.headerStart, to: part.bodyStart };
    case "HEADER":
    case "HEADER.FIELDS":
    case "HEADER.FIELDS.NOT": {
      const message = isWhole ? root : part.message;
      return message && { from: message.headerStart, to: message.bodyStart };
    }
    case "TEXT": {
      const message = isWhole ? root : part.message;
      return message && { from: message.bodyStart, to: message.bodyEnd };
    }
  }
}
