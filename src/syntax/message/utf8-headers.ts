/**
 * Whether a message is one of RFC 6532 section 3.7: letters beyond ASCII stand in its header, or in the headers of its parts.
 * Those of a message/rfc822 within it are content; of a message/global they are headers.
 */
import { MessageParser } from "./parse.ts";
import { decodeTree, type Part } from "./part.ts";

type Range = { readonly from: number; readonly to: number };

/** Finds octets beyond ASCII in headers. @param pieces the message's octets from their beginning; read twice */
export async function hasUtf8Headers(pieces: () => AsyncIterable<Uint8Array>): Promise<boolean> {
  const parser = new MessageParser();
  for await (const piece of pieces()) parser.write(piece);
  const headers = headersOf(decodeTree(parser.end().tree));
  let at = 0;
  for await (const piece of pieces()) {
    for (const { from, to } of headers) {
      if (to <= at || from >= at + piece.length) continue;
      if (piece.subarray(Math.max(0, from - at), to - at).some((octet) => octet > 0x7f)) return true;
    }
    at += piece.length;
  }
  return false;
}

function headersOf({ headerStart, bodyStart, subtype, children, message }: Part): readonly Range[] {
  const inside = message === undefined || subtype !== "global" ? children : [message];
  return [{ from: headerStart, to: bodyStart }, ...inside.flatMap(headersOf)];
}
