/**
 * The mailboxes of an account as LIST sees them: RFC 9051 section 7.3.1. Names that exist, levels above them that do not,
 * and subscriptions to what is gone.
 */
import type { MailboxState, SpecialUse } from "../../store/mail-store.ts";

export const DELIMITER = "/";

/** Names that are held against patterns in one go: 50 ms with the longest of both. */
export const NAMES_AT_ONCE = 500;

export type TreeEntry = {
  readonly name: string;
  /** Undefined for a level that is no mailbox. */
  readonly state: MailboxState | undefined;
  readonly isSubscribed: boolean;
  readonly hasChildren: boolean;
  readonly specialUse: SpecialUse | undefined;
};

/** Gives every name that LIST may speak of, INBOX first, then in the order of code points. */
export function mailboxTree(states: readonly MailboxState[], subscriptions: readonly string[]): readonly TreeEntry[] {
  const byName = new Map(states.map((state) => [state.name, state]));
  const subscribed = new Set(subscriptions);
  const names = new Set([...byName.keys(), ...subscribed]);
  const parents = new Set<string>();
  for (const name of byName.keys())
    for (const above of levelsAbove(name)) {
      parents.add(above);
      names.add(above);
    }
  const order = (name: string): string => (name === "INBOX" ? "" : name);
  return [...names]
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map((name) => ({
      name,
      state: byName.get(name),
      isSubscribed: subscribed.has(name),
      hasChildren: parents.has(name),
      specialUse: byName.get(name)?.specialUse,
    }));
}

/** The levels above a name, the highest first. */
export function* levelsAbove(name: string): Generator<string, void> {
  for (let at = name.indexOf(DELIMITER); at !== -1; at = name.indexOf(DELIMITER, at + 1)) yield name.slice(0, at);
}
