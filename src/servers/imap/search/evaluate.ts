/**
 * Evaluates SEARCH as algebra over sets of UIDs: what a set decides costs nothing, what rows decide is one pass over the
 * narrowest columns, what needs octets comes last and only for what is left. RFC 9051 section 6.4.4.
 */
import type { MailboxId } from "../../../store/ids.ts";
import type { MailReader, SearchRow } from "../../../store/mail-store.ts";
import { StoreError } from "../../../store/store-error.ts";
import {
  difference,
  EMPTY,
  fromNumbers,
  intersection,
  type NumberSet,
  SetBuilder,
  union,
} from "../../../syntax/bytes/number-set.ts";
import type { SearchKey } from "../../../syntax/imap/command.ts";
import { decodeWords } from "../../../syntax/message/encoded-words.ts";
import { fold } from "../../../syntax/message/fold.ts";
import { headerFields } from "../../../syntax/message/header-fields.ts";
import { allOf, rowTest, type SearchContext, type Test } from "./rows.ts";

export type Place = { readonly reader: MailReader; readonly mailbox: MailboxId; readonly context: SearchContext };

/** Gives the members of `within` that the key finds. */
export async function evaluate(key: SearchKey, within: NumberSet, place: Place): Promise<NumberSet> {
  if (within.size === 0) return EMPTY;
  if (key.kind === "all") return within;
  if (key.kind === "uid" || key.kind === "sequence") return intersection(within, place.context.resolve(key));
  if (key.kind === "and") return conjunction(key.keys, within, place);
  if (key.kind === "header") return withHeader(key, within, place);
  if (key.kind === "body" || key.kind === "text") return withText(key, within, place);
  const test = rowTest(key, place.context);
  if (test !== undefined) return scan(test, within, place);
  if (key.kind === "not") return difference(within, await evaluate(key.key, within, place));
  if (key.kind !== "or") throw new Error("a search key of a row has no test");
  const left = await evaluate(key.left, within, place);
  return union(left, await evaluate(key.right, difference(within, left), place));
}

/** Sets first, then all row tests by rising cost of their columns, then what needs octets: each sees only what is left. */
async function conjunction(keys: readonly SearchKey[], within: NumberSet, place: Place): Promise<NumberSet> {
  let left = within;
  const tests: Test[] = [];
  const slow: SearchKey[] = [];
  for (const key of keys) {
    if (key.kind === "uid" || key.kind === "sequence") {
      left = intersection(left, place.context.resolve(key));
    } else {
      const test = rowTest(key, place.context);
      if (test === undefined) slow.push(key);
      else tests.push(test);
    }
  }
  for (const columns of ["flags", "facts", "search"] as const) {
    const same = tests.filter((test) => test.columns === columns);
    if (same.length > 0 && left.size > 0) left = await scan(allOf(same), left, place);
  }
  for (const key of slow.toSorted((a, b) => cost(a) - cost(b))) left = await evaluate(key, left, place);
  return left;
}

/** The store's own text search is one pass; headers are read message by message. */
function cost(key: SearchKey): number {
  if (key.kind === "and") return key.keys.reduce((sum, each) => sum + cost(each), 0);
  if (key.kind === "or") return cost(key.left) + cost(key.right);
  if (key.kind === "not") return cost(key.key);
  return { body: 1, text: 2, header: 4 }[key.kind as string] ?? 0;
}

async function scan({ columns, test }: Test, within: NumberSet, place: Place): Promise<NumberSet> {
  const found = new SetBuilder();
  const slices = place.reader.rows(place.mailbox, within, columns) as AsyncIterable<readonly SearchRow[]>;
  for await (const rows of slices) for (const row of rows) if (test(row)) found.add(row.uid, row.uid);
  return found.done();
}

async function withText(
  { kind, text }: SearchKey & { readonly kind: "body" | "text" },
  within: NumberSet,
  { reader, mailbox }: Place,
): Promise<NumberSet> {
  if (text === "") return within;
  return intersection(within, await reader.search(mailbox, within, kind, fold(text)));
}

/** RFC 9051 section 6.4.4: an empty text finds every message that has the field. */
async function withHeader(
  { field, text }: SearchKey & { readonly kind: "header" },
  within: NumberSet,
  { reader, mailbox }: Place,
): Promise<NumberSet> {
  const name = field.toLowerCase();
  const needle = fold(text);
  const found: number[] = [];
  for await (const rows of reader.rows(mailbox, within, "facts"))
    for (const row of rows) {
      const header = await headerOf(reader, row.content);
      if (headerFields(header).some((each) => each.name === name && holds(each.value, needle))) found.push(row.uid);
    }
  return fromNumbers(found);
}

/** What was erased meanwhile has no header to find anything in. */
async function headerOf(reader: MailReader, content: Parameters<MailReader["header"]>[0]): Promise<Uint8Array> {
  try {
    return await reader.header(content);
  } catch (error) {
    if (error instanceof StoreError && error.code === "gone") return new Uint8Array();
    throw error;
  }
}

function holds(value: string, needle: string): boolean {
  return needle === "" || fold(decodeWords(value)).includes(needle);
}
