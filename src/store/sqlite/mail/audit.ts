/**
 * Audits an account's file: every rule that the verbs keep, asked of the rows themselves. Changes nothing. Each rule is a
 * query that answers with what breaks it, so an empty answer is the proof.
 */
import type { Finding } from "../../mail-store.ts";
import { auditUnreported } from "./archive/ledger.ts";
import { pieceCount } from "./content.ts";
import type { Handle } from "./handle.ts";
import { decodeRanges } from "./log-ranges.ts";
import { auditQuotaMarks } from "./quota.ts";

const RULES: readonly { readonly rule: string; readonly sql: string }[] = [
  {
    rule: "counters",
    sql: `SELECT 'mailbox ' || b.id AS detail FROM mailbox AS b WHERE
      b.messages <> (SELECT count(*) FROM mail WHERE mailbox = b.id)
      OR b.unseen <> (SELECT count(*) FROM mail WHERE mailbox = b.id AND flags & 1 = 0)
      OR b.deleted <> (SELECT count(*) FROM mail WHERE mailbox = b.id AND flags & 8 <> 0)
      OR b.octets <> (SELECT coalesce(sum(size), 0) FROM mail WHERE mailbox = b.id)`,
  },
  {
    rule: "uid below uidnext",
    sql: `SELECT 'mailbox ' || b.id AS detail FROM mailbox AS b
      WHERE (SELECT max(uid) FROM mail WHERE mailbox = b.id) >= b.uid_next`,
  },
  {
    rule: "modseq up to highestmodseq",
    sql: `SELECT 'mailbox ' || b.id AS detail FROM mailbox AS b
      WHERE (SELECT max(modseq) FROM mail WHERE mailbox = b.id) > b.modseq
      OR (SELECT max(modseq) FROM change WHERE mailbox = b.id) > b.modseq
      OR (SELECT max(modseq) FROM vanished WHERE mailbox = b.id) > b.modseq`,
  },
  {
    rule: "mail in a mailbox",
    sql: "SELECT DISTINCT 'mailbox ' || mailbox AS detail FROM mail WHERE mailbox NOT IN (SELECT id FROM mailbox)",
  },
  {
    rule: "mail has its content",
    sql: `SELECT 'content ' || m.content AS detail FROM mail AS m LEFT JOIN content AS c ON c.id = m.content
      WHERE c.id IS NULL OR c.staged IS NOT NULL OR c.size <> m.size OR m.content IN (SELECT content FROM doomed)`,
  },
  {
    rule: "content is named, doomed or staged",
    sql: `SELECT 'content ' || id AS detail FROM content WHERE staged IS NULL
      AND id NOT IN (SELECT content FROM mail) AND id NOT IN (SELECT content FROM doomed)`,
  },
  {
    rule: "content has its derived strings",
    sql: `SELECT 'content ' || id AS detail FROM content WHERE staged IS NULL
      AND id NOT IN (SELECT content FROM derived) AND id NOT IN (SELECT content FROM doomed)`,
  },
  {
    rule: "nothing without content",
    sql: `SELECT 'content ' || content AS detail FROM derived WHERE content NOT IN (SELECT id FROM content)
      UNION ALL SELECT 'content ' || content FROM text WHERE content NOT IN (SELECT id FROM content)
      UNION ALL SELECT DISTINCT 'content ' || (piece >> 20) FROM body WHERE piece >> 20 NOT IN (SELECT id FROM content)`,
  },
  {
    rule: "what was sent is there",
    sql: `SELECT DISTINCT 'content ' || (piece >> 20) AS detail FROM sent WHERE piece >> 20 NOT IN (SELECT id FROM content)
      UNION ALL SELECT 'pack ' || pack FROM sent WHERE pack NOT IN (SELECT number FROM pack)
      UNION ALL SELECT 'part' FROM part WHERE length(key) <> 32`,
  },
  {
    rule: "keyword set is known",
    sql: `SELECT DISTINCT 'set ' || (flags >> 8) AS detail FROM mail
      WHERE flags >> 8 <> 0 AND flags >> 8 NOT IN (SELECT number FROM keyword_set)`,
  },
  {
    rule: "uidvalidity is its own",
    sql: `SELECT 'mailbox ' || max(id) AS detail FROM mailbox GROUP BY uid_validity HAVING count(*) > 1
      UNION ALL SELECT 'mailbox ' || id FROM mailbox WHERE uid_validity > (SELECT uid_validity FROM account)`,
  },
  {
    rule: "INBOX exists",
    sql: "SELECT 'none' AS detail WHERE NOT EXISTS (SELECT 1 FROM mailbox WHERE name = 'INBOX')",
  },
];

/** Runs every rule on one state of the file. */
export function audit(handle: Handle): readonly Finding[] {
  return handle.snapshot(() => {
    const findings: Finding[] = [];
    for (const { rule, sql } of RULES) {
      for (const detail of handle.column<string>(sql)) findings.push({ rule, detail });
    }
    return [
      ...findings,
      ...incompleteBodies(handle),
      ...returnedUids(handle),
      ...auditUnreported(handle),
      ...auditQuotaMarks(handle),
      ...damage(handle),
    ];
  });
}

function incompleteBodies(handle: Handle): readonly Finding[] {
  type Row = {
    readonly id: number;
    readonly size: number;
    readonly headerSize: number;
    readonly pieces: number;
    readonly octets: number;
  };
  const rows = handle.rows<Row>(
    `SELECT c.id, c.size, c.header_size AS headerSize, count(b.piece) AS pieces, coalesce(sum(b.size), 0) AS octets
     FROM content AS c LEFT JOIN body AS b ON b.piece >= c.id << 20 AND b.piece < (c.id + 1) << 20
     WHERE c.staged IS NULL AND c.id NOT IN (SELECT content FROM doomed) GROUP BY c.id`,
  );
  return rows
    .filter((row) => row.octets !== row.size || row.pieces !== pieceCount(row.size, row.headerSize))
    .map((row) => ({ rule: "body is whole", detail: `content ${row.id}` }));
}

/** A UID that vanished never comes back. */
function returnedUids(handle: Handle): readonly Finding[] {
  const findings: Finding[] = [];
  const exists = "SELECT 1 FROM mail WHERE mailbox = ? AND uid >= ? AND uid <= ? LIMIT 1";
  for (const row of handle.rows<{ mailbox: number; uids: string }>("SELECT mailbox, uids FROM vanished")) {
    for (const [low, high] of decodeRanges(row.uids)) {
      if (handle.value(exists, row.mailbox, low, high) === undefined) continue;
      findings.push({ rule: "vanished uid stays away", detail: `mailbox ${row.mailbox}` });
    }
  }
  return findings;
}

function damage(handle: Handle): readonly Finding[] {
  const lines = handle.db.pragma("integrity_check(10)") as readonly { readonly integrity_check: string }[];
  return lines
    .map((line) => line.integrity_check)
    .filter((text) => text !== "ok")
    .map(() => ({ rule: "file is sound", detail: "integrity_check" }));
}
