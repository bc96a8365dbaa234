/** The text of one text part, folded for SEARCH: transfer encoding and charset undone, HTML reduced to what is read. */
import { decodeCharset } from "./charset.ts";
import type { Entity } from "./entity.ts";
import { fold } from "./fold.ts";
import { htmlText } from "./html-text.ts";
import { parameterValue } from "./parameters.ts";
import { decodeTransfer } from "./transfer-encoding.ts";

/** Decodes and folds the octets of a part's body. */
export function partText(octets: Uint8Array, entity: Entity): string {
  const charset = parameterValue(entity.parameters, "charset") ?? "";
  const text = decodeCharset(decodeTransfer(octets, entity.encoding), charset);
  const isHtml = entity.subtype === "html" || entity.subtype === "xhtml";
  return fold(isHtml ? htmlText(text) : text);
}
