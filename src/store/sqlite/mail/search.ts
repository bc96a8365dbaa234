/**
 * SEARCH BODY and TEXT (RFC 9051 section 6.4.4): text was folded when it arrived and lies in one frame a mail. Some dozens
 * of frames are joined and inflated in one call, then searched as octets; nothing is folded and no expression runs. TEXT
 * looks at the header besides, as it came and as decoded.
 */
import { type NumberSet, SetBuilder } from "../../../syntax/bytes/number-set.ts";
import { fold } from "../../../syntax/message/fold.ts";
import type { AccountId, ContentId, MailboxId } from "../../ids.ts";
import { contentFacts, readPiece } from "./content.ts";
import type { Handle } from "./handle.ts";
import type { OpenAccounts } from "./open-accounts.ts";
import { readStretches } from "./stretches.ts";
import { turn } from "./waiting.ts";
import { decompressBriefly } from "./zstd.ts";

/** Frames inflated in one call: beyond, the fixed cost of a call no longer shows. */
const ROWS = 64;
const GROUP_BYTES = 1024 * 1024;

type Row = {
  readonly uid: number;
  readonly content: ContentId;
  readonly size: number | null;
  readonly folded: Uint8Array | null;
};

const SELECT = `SELECT m.uid, m.content, t.size, t.folded FROM mail AS m LEFT JOIN text AS t ON t.content = m.content
  WHERE m.mailbox = ? AND m.uid >= ? AND m.uid <= ? ORDER BY m.uid LIMIT 0 + ?`;

export async function searchText(
  accounts: OpenAccounts,
  account: AccountId,
  mailbox: MailboxId,
  within: NumberSet,
  scope: "body" | "text",
  needle: string,
): Promise<NumberSet> {
  const octets = Buffer.from(needle, "utf8");
  const found = new SetBuilder();
  for (let from: number | undefined = 1; from !== undefined; ) {
    const at: number = from;
    from = await accounts.use(account, (handle) => {
      const { rows, next } = readStretches<Row>(handle, SELECT, mailbox, within, at, ROWS);
      const hits = bodiesWith(rows, octets);
      for (const [n, row] of rows.entries()) {
        const isHit = hits[n] === true || (scope === "text" && headerHas(handle, row.content, needle));
        if (isHit) found.add(row.uid, row.uid);
      }
      return next;
    });
    if (from !== undefined) await turn();
  }
  return found.done();
}

/** For each row, whether its text holds the needle. */
function bodiesWith(rows: readonly Row[], needle: Uint8Array): readonly boolean[] {
  const hits: boolean[] = [];
  let group: Row[] = [];
  let size = 0;
  const flush = (): void => {
    for (const hit of groupHits(group, size, needle)) hits.push(hit);
    group = [];
    size = 0;
  };
  for (const row of rows) {
    group.push(row);
    size += row.size ?? 0;
    if (size >= GROUP_BYTES) flush();
  }
  flush();
  return hits;
}

function groupHits(rows: readonly Row[], size: number, needle: Uint8Array): readonly boolean[] {
  const frames = rows.flatMap((row) => (row.folded === null ? [] : [row.folded]));
  const inflated =
    size === 0
      ? new Uint8Array(0)
      : decompressBriefly(frames.length === 1 ? (frames[0] as Uint8Array) : Buffer.concat(frames), size);
  const texts = Buffer.from(inflated.buffer, inflated.byteOffset, inflated.length);
  const hits: boolean[] = [];
  let start = 0;
  let next = texts.indexOf(needle, 0);
  for (const row of rows) {
    const end = start + (row.size ?? 0);
    // A match that begins here and ends in the next text is none; the next may begin one octet later.
    while (next !== -1 && next < end && next + needle.length > end) next = texts.indexOf(needle, next + 1);
    hits.push(needle.length === 0 || (next >= start && next < end));
    if (next !== -1 && next < end) next = texts.indexOf(needle, end);
    start = end;
  }
  return hits;
}

type Folded = Readonly<Record<"sender" | "recipient" | "cc" | "bcc" | "subject", string>>;

function headerHas(handle: Handle, content: ContentId, needle: string): boolean {
  const sql = "SELECT sender, recipient, cc, bcc, subject FROM derived WHERE content = ?";
  const folded = handle.row(sql, content) as Folded | undefined;
  if (folded === undefined) return false;
  if (Object.values(folded).some((text) => text.includes(needle))) return true;
  if (contentFacts(handle, content).headerSize === 0) return false;
  return fold(new TextDecoder().decode(readPiece(handle, content, 0))).includes(needle);
}
