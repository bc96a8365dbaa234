/**
 * The name under which a FETCH of a body section is answered, RFC 9051 section 7.5.2: what the client asked for, without
 * PEEK and with only the offset of a partial fetch.
 */
import type { BodySection } from "./command.ts";
import { encodeAstring } from "./encode.ts";

/** Writes `BODY[1.2.HEADER.FIELDS (From To)]<0>`. */
export function encodeSectionName(section: BodySection): string {
  const { part, text, fields, partial } = section;
  const dot = part.length > 0 && text !== "" ? "." : "";
  const names = fields.length > 0 ? ` (${fields.map(encodeAstring).join(" ")})` : "";
  return `BODY[${part.join(".")}${dot}${text}${names}]${partial === undefined ? "" : `<${partial.offset}>`}`;
}
