/**
 * Search keys that a row alone decides: flags, sizes, dates, addresses, subject, mod-sequence, UIDs. RFC 9051 section
 * 6.4.4, RFC 7162 section 3.1.5. Each becomes a test with the columns that it needs.
 */
import { type Flags, keywordSetOf, systemOf } from "../../../store/flags.ts";
import type { Columns, SearchRow } from "../../../store/mail-store.ts";
import { has, type NumberSet } from "../../../syntax/bytes/number-set.ts";
import type { SearchKey } from "../../../syntax/imap/command.ts";
import { fold } from "../../../syntax/message/fold.ts";
import { systemBit } from "../flag-names.ts";

/** What keys need to know beside the row. */
export type SearchContext = {
  /** Lower-case names of a keyword set; known for every set that the mailbox's rows have. */
  readonly keywordsOf: (set: number) => ReadonlySet<string>;
  /** The UIDs that a set of message numbers or UIDs names. */
  readonly resolve: (key: SearchKey & { readonly kind: "uid" | "sequence" }) => NumberSet;
};

/** `search` rows hold what `facts` and `flags` rows hold; a test reads only what its columns have. */
export type Test = { readonly columns: Columns; readonly test: (row: SearchRow) => boolean };

const ORDER: readonly Columns[] = ["flags", "facts", "listing", "search"];
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export const wider = (a: Columns, b: Columns): Columns => (ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b);
const narrow = (columns: Columns, test: Test["test"]): Test => ({ columns, test });

/** Makes the test of a key; undefined when it needs a message's octets. */
export function rowTest(key: SearchKey, context: SearchContext): Test | undefined {
  switch (key.kind) {
    case "all":
      return narrow("flags", () => true);
    case "recent":
      // RFC 3501 section 2.3.2: no message of ours is recent, so RECENT and NEW find nothing and OLD all.
      return narrow("flags", () => !key.set);
    case "flag":
      return flagTest(key, context);
    case "modseq":
      return narrow("flags", (row) => row.modSeq >= key.value);
    case "uid":
    case "sequence": {
      const set = context.resolve(key);
      return narrow("flags", (row) => has(set, row.uid));
    }
    case "size":
      return narrow("facts", key.when === "larger" ? (row) => row.size > key.octets : (row) => row.size < key.octets);
    case "date":
      return dateTest(key);
    case "address": {
      const needle = fold(key.text);
      return narrow("search", (row) => row[key.field].includes(needle));
    }
    case "subject": {
      const needle = fold(key.text);
      return narrow("search", (row) => row.subject.includes(needle));
    }
    case "not": {
      const inner = rowTest(key.key, context);
      return inner && narrow(inner.columns, (row) => !inner.test(row));
    }
    case "or": {
      const [left, right] = [rowTest(key.left, context), rowTest(key.right, context)];
      if (left === undefined || right === undefined) return undefined;
      return narrow(wider(left.columns, right.columns), (row) => left.test(row) || right.test(row));
    }
    case "and": {
      const tests = key.keys.map((each) => rowTest(each, context)).filter((test) => test !== undefined);
      return tests.length === key.keys.length ? allOf(tests) : undefined;
    }
    case "header":
    case "body":
    case "text":
      return undefined;
  }
}

/** The test that all of `tests` pass. */
export function allOf(tests: readonly Test[]): Test {
  const columns = tests.reduce<Columns>((widest, test) => wider(widest, test.columns), "flags");
  return narrow(columns, (row) => tests.every(({ test }) => test(row)));
}

function flagTest({ flag, set }: SearchKey & { readonly kind: "flag" }, { keywordsOf }: SearchContext): Test {
  const bit = systemBit(flag);
  if (bit !== undefined) return narrow("flags", (row) => ((systemOf(row.flags) & bit) !== 0) === set);
  const keyword = flag.toLowerCase();
  const found = (flags: Flags): boolean => keywordSetOf(flags) !== 0 && keywordsOf(keywordSetOf(flags)).has(keyword);
  return narrow("flags", (row) => found(row.flags) === set);
}

function dateTest({ of, when, day }: SearchKey & { readonly kind: "date" }): Test {
  const compare = (found: number): boolean =>
    when === "before" ? found < day : when === "on" ? found === day : found >= day;
  // RFC 9051 section 6.4.4: the date as it was written, without regard to zone.
  if (of === "internal")
    return narrow("facts", (row) => compare(Math.floor((row.internalDate + row.zoneMinutes * MINUTE_MS) / DAY_MS)));
  return narrow("search", (row) => row.sentDate !== undefined && compare(Math.floor(row.sentDate / DAY_MS)));
}
