/**
 * Commands about the session and its user: ID (RFC 2971), LOGIN and AUTHENTICATE (RFC 9051 section 6.2, the initial
 * response of RFC 4959) and ENABLE (RFC 5161).
 */
import type { Command } from "./command.ts";
import type { Cursor } from "./cursor.ts";
import { BASE64 } from "./octet.ts";
import { latin1 } from "../bytes/latin1.ts";
import { fromUtf8 } from "./text.ts";

/** RFC 2971 section 3.3: no more than 30 pairs. */
const MAX_ID_FIELDS = 30;

/** What a person typed: UTF-8, or else Latin-1, which old clients send without saying so. */
function typed(octets: Uint8Array): string {
  return fromUtf8(octets) ?? latin1(octets);
}

export function readId(cursor: Cursor): Command {
  cursor.space("before the fields of ID");
  if (!cursor.sees("(")) {
    if (cursor.keyword('"NIL" or a list of fields') !== "NIL") cursor.fail('Expected "NIL" or a list of fields.');
    return { name: "ID", fields: [] };
  }
  const fields = cursor.list("the fields of ID", () => readField(cursor), true);
  if (fields.length > MAX_ID_FIELDS) cursor.fail(`Expected at most ${MAX_ID_FIELDS} fields in ID.`);
  return { name: "ID", fields };
}

function readField(cursor: Cursor): readonly [string, string | undefined] {
  const field = typed(cursor.string("the name of a field"));
  cursor.space("between the name and the value of a field");
  if (cursor.seesString()) return [field, typed(cursor.string("the value of a field"))];
  if (cursor.keyword('a string or "NIL"') !== "NIL") cursor.fail('Expected a string or "NIL".');
  return [field, undefined];
}

export function readLogin(cursor: Cursor): Command {
  cursor.space("before the user name");
  const user = typed(cursor.astring("the user name"));
  cursor.space("before the password");
  return { name: "LOGIN", user, password: typed(cursor.astring("the password")) };
}

export function readAuthenticate(cursor: Cursor): Command {
  cursor.space("before the mechanism");
  const mechanism = cursor.keyword("the name of a mechanism");
  if (cursor.seesEnd()) return { name: "AUTHENTICATE", mechanism, initial: undefined };
  cursor.space("before the initial response");
  const text = cursor.run(BASE64);
  const initial = text === "=" ? new Uint8Array() : base64(text);
  if (initial === undefined || text === "")
    return cursor.fail('Expected an initial response in base64, or "=" for an empty one.');
  return { name: "AUTHENTICATE", mechanism, initial };
}

function base64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch {
    return undefined;
  }
}

/**
 * Reads the client's answer to a challenge of AUTHENTICATE, without its CRLF (RFC 9051 section 6.2.2): the octets, or
 * `"cancel"` for `*`; undefined when it is not base64.
 */
export function readResponse(line: Uint8Array): Uint8Array | "cancel" | undefined {
  const text = latin1(line);
  return text === "*" ? "cancel" : base64(text);
}

export function readEnable(cursor: Cursor): Command {
  const capabilities: string[] = [];
  do {
    cursor.space("before a capability");
    capabilities.push(cursor.keyword("the name of a capability"));
  } while (!cursor.seesEnd());
  return { name: "ENABLE", capabilities };
}
