/**
 * The wish of a message that TLS is not required (RFC 8689 section 3): the header field `TLS-Required` with the one value that
 * it has, `No`, in letters of any case, with comments and white space around it. The wish takes protection away, so only
 * what says it beyond doubt counts: another value says nothing, and neither do several fields, which must not be (section 3
 * there), whatever each of them says. The fields stay in the message as they are.
 */
import { afterComment } from "../../syntax/message/parameters.ts";
import type { EditedField } from "../../syntax/message/header-edit.ts";

/** Tells whether the header says so. */
export function saysTlsOptional(fields: readonly Pick<EditedField, "name" | "value">[]): boolean {
  let found: string | undefined;
  for (const { name, value } of fields) {
    if (name !== "tls-required") continue;
    if (found !== undefined) return false;
    found = value;
  }
  return found !== undefined && isNo(found);
}

function isNo(value: string): boolean {
  let at = afterSpace(value, 0);
  if (value.slice(at, at + 2).toLowerCase() !== "no") return false;
  at = afterSpace(value, at + 2);
  return at === value.length;
}

/** The position after white space and comments (RFC 5322 section 3.2.2). */
function afterSpace(value: string, from: number): number {
  let at = from;
  while (at < value.length) {
    if (value[at] === "(") at = afterComment(value, at);
    else if (/[ \t\r\n]/.test(value.charAt(at))) at++;
    else break;
  }
  return at;
}
