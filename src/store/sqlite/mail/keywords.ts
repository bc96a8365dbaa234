/**
 * Keywords of mails (RFC 9051 section 2.3.2) and the numbers of their combinations (flags.ts). Both only ever grow, so
 * what was read once stays true; after a rolled-back transaction everything is forgotten, for it may never have been.
 */
import { type FlagNames, type Flags, flags, keywordSetOf, SYSTEM_MASK, systemOf } from "../../flags.ts";
import type { MailboxId } from "../../ids.ts";
import type { Statements } from "./statements.ts";

/** Keywords compare without regard to ASCII case. */
export const keyOf = (keyword: string): string => keyword.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export class Keywords {
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<number, readonly string[]>();

  forget(): void {
    this.#numbers.clear();
    this.#names.clear();
  }

  /** The names of set `number`, ordered by lower case; none for an unknown one. */
  names(handle: Statements, number: number): readonly string[] {
    if (number === 0) return [];
    const known = this.#names.get(number);
    if (known !== undefined) return known;
    const keys = handle.value("SELECT keys FROM keyword_set WHERE number = ?", number) as string | undefined;
    if (keys === undefined) return [];
    const names = keys
      .split(" ")
      .map((key) => (handle.value("SELECT name FROM keyword WHERE key = ?", key) as string | undefined) ?? key);
    this.#names.set(number, names);
    return names;
  }

  flagNames(handle: Statements, value: Flags): FlagNames {
    return { system: systemOf(value), keywords: this.names(handle, keywordSetOf(value)) };
  }

  /** Numbers the flags, within a write transaction, and notes their keywords as met in the mailbox. */
  number(handle: Statements, mailbox: MailboxId, names: FlagNames): Flags {
    const system = names.system & SYSTEM_MASK;
    if (names.keywords.length === 0) return flags(system, 0);
    for (const name of names.keywords) {
      handle.run("INSERT OR IGNORE INTO keyword(key, name) VALUES (?, ?)", keyOf(name), name);
    }
    const keys = [...new Set(names.keywords.map(keyOf))].toSorted();
    this.#note(handle, mailbox, keys);
    return flags(system, this.#setNumber(handle, keys.join(" ")));
  }

  /** Notes the keywords of set `number` as met in the mailbox. */
  note(handle: Statements, mailbox: MailboxId, number: number): void {
    this.#note(handle, mailbox, this.names(handle, number).map(keyOf));
  }

  #note(handle: Statements, mailbox: MailboxId, keys: readonly string[]): void {
    for (const key of keys) {
      handle.run("INSERT OR IGNORE INTO mailbox_keyword(mailbox, key) VALUES (?, ?)", mailbox, key);
    }
  }

  #setNumber(handle: Statements, keys: string): number {
    const known = this.#numbers.get(keys);
    if (known !== undefined) return known;
    handle.run("INSERT OR IGNORE INTO keyword_set(keys) VALUES (?)", keys);
    const number = (handle.value("SELECT number FROM keyword_set WHERE keys = ?", keys) as number | undefined) ?? 0;
    this.#numbers.set(keys, number);
    return number;
  }
}
