/**
 * SEARCH and UID SEARCH, RFC 9051 section 6.4.4, in the form of RFC 3501 without RETURN, as ESEARCH with it (RFC 4731),
 * with mod-sequences (RFC 7162 section 3.1.5).
 */
import { type Flags, keywordSetOf } from "../../../store/flags.ts";
import { fromNumbers, max, min, type NumberSet } from "../../../syntax/bytes/number-set.ts";
import type { SearchKey } from "../../../syntax/imap/command.ts";
import { esearchResponse, searchResponse } from "../../../syntax/imap/response.ts";
import { badCharset } from "../../../syntax/imap/response-code.ts";
import { SEARCH_CHARSETS } from "../../../syntax/imap/search.ts";
import { isWithin, resolve } from "../../../syntax/imap/sequence.ts";
import type { UidMap } from "../../../syntax/imap/uid-map.ts";
import type { CommandOf } from "../command-of.ts";
import { bad, no, ok, type Reply } from "../reply.ts";
import { evaluate } from "../search/evaluate.ts";
import type { SearchContext } from "../search/rows.ts";
import type { Session } from "../session.ts";
import { NO_SUCH_MESSAGE } from "../view.ts";

export async function search(session: Session, command: CommandOf<"SEARCH">, tag: string): Promise<Reply> {
  const { account, output, view } = session;
  const { charset, key, returns, uid } = command;
  if (charset !== undefined && !SEARCH_CHARSETS.includes(charset))
    return no(badCharset(SEARCH_CHARSETS), "Search texts are read in these character sets only");
  const asksModSeq = some(key, (each) => each.kind === "modseq");
  if (asksModSeq) session.enableCondstore();
  if (some(key, (each) => each.kind === "sequence" && !isWithin(each.set, view.exists))) return bad(NO_SUCH_MESSAGE);
  const map = await view.map();
  const context: SearchContext = { keywordsOf: await keywordSets(session, key), resolve: (set) => named(set, map) };
  const place = { reader: account.reader, mailbox: view.mailbox, context };
  const uids = await evaluate(key, await view.living(), place);
  const found = uid ? uids : map.seqsOf(uids);
  const wanted = returns?.length === 0 ? (["ALL"] as const) : returns;
  if (wanted === undefined) {
    const modSeq = asksModSeq ? await highestModSeq(session, uids) : undefined;
    output.text(searchResponse(found, modSeq));
    return ok("SEARCH completed");
  }
  const has = (option: "MIN" | "MAX" | "ALL" | "COUNT"): boolean => wanted.includes(option);
  // RFC 7162 section 3.1.10: of what is returned, which with only MIN or MAX is those messages alone.
  const told = has("ALL") || has("COUNT") ? uids : ends(uids, has("MIN"), has("MAX"));
  output.text(
    esearchResponse(tag, uid, {
      min: has("MIN") ? min(found) : undefined,
      max: has("MAX") ? max(found) : undefined,
      all: has("ALL") ? found : undefined,
      count: has("COUNT") ? found.size : undefined,
      modSeq: asksModSeq && uids.size > 0 ? await highestModSeq(session, told) : undefined,
    }),
  );
  return ok("SEARCH completed");
}

function ends(uids: NumberSet, wantsMin: boolean, wantsMax: boolean): NumberSet {
  const low = wantsMin ? min(uids) : undefined;
  const high = wantsMax ? max(uids) : undefined;
  return fromNumbers([low, high].filter((uid) => uid !== undefined));
}

function named({ kind, set }: SearchKey & { readonly kind: "uid" | "sequence" }, map: UidMap): NumberSet {
  return kind === "uid" ? resolve(set, map.uids) : map.uidsOf(resolve(set, map.seqs));
}

/** Whether the key or one within it meets the test. */
function some(key: SearchKey, test: (key: SearchKey) => boolean): boolean {
  if (test(key)) return true;
  if (key.kind === "and") return key.keys.some((each) => some(each, test));
  if (key.kind === "or") return some(key.left, test) || some(key.right, test);
  return key.kind === "not" && some(key.key, test);
}

/** Learns the keyword sets of the mailbox when a key asks for a keyword; rows that come later have none that it knows. */
async function keywordSets(session: Session, key: SearchKey): Promise<SearchContext["keywordsOf"]> {
  const none: ReadonlySet<string> = new Set();
  const known = new Map<number, ReadonlySet<string>>();
  if (!some(key, (each) => each.kind === "flag" && !each.flag.startsWith("\\"))) return () => none;
  const { account, view } = session;
  const seen = new Set<Flags>();
  for await (const rows of account.reader.rows(view.mailbox, await view.living(), "flags"))
    for (const { flags } of rows) {
      if (keywordSetOf(flags) === 0 || seen.has(flags)) continue;
      seen.add(flags);
      const names = await account.reader.keywordSet(keywordSetOf(flags));
      known.set(keywordSetOf(flags), new Set(names.map((name) => name.toLowerCase())));
    }
  return (set) => known.get(set) ?? none;
}

async function highestModSeq(session: Session, uids: NumberSet): Promise<number | undefined> {
  let highest: number | undefined;
  for await (const rows of session.account.reader.rows(session.view.mailbox, uids, "flags"))
    for (const { modSeq } of rows) highest = Math.max(highest ?? 0, modSeq);
  return highest;
}
