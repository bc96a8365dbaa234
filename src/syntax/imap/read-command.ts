/**
 * What all commands have in common: the tag, a space, the name, and the turning of BadSyntax into a value. Here and
 * nowhere else is it caught.
 */
import { BadSyntax } from "./bad-syntax.ts";
import type { Command, Parsed } from "./command.ts";
import { Cursor } from "./cursor.ts";
import { tagOf } from "./tag.ts";

export type Bad = { readonly kind: "bad"; readonly sentence: string };

/** What `read` gives, or what was wrong with the octets. */
export function readOrBad<T>(read: () => T): T | Bad {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadSyntax) return { kind: "bad", sentence: error.message };
    throw error;
  }
}

/** Reads tag and name and lets `read` do the rest; `name` is in capitals. All octets must be used up. */
export function readCommand(octets: Uint8Array, read: (cursor: Cursor, name: string) => Command): Parsed {
  const tag = tagOf(octets);
  const found = readOrBad((): Parsed => {
    if (tag === "*") throw new BadSyntax("Expected a tag, a space and a command.");
    const cursor = new Cursor(octets, tag.length);
    cursor.space("after the tag");
    const command = read(cursor, cursor.keyword("the name of a command"));
    if (cursor.at !== octets.length || command.name !== "APPEND") cursor.end();
    return { kind: "command", tag, command };
  });
  return { tag, ...found };
}
