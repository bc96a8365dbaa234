/** Links that were mailed: each is used at most once, by whichever worker is asked first. */
import type { LinkRecord, LinkStore } from "../../web-access.ts";
import type { WebAccessParts } from "./parts.ts";

type Row = Readonly<Record<"id" | "purpose" | "owner" | "payload", string>> &
  Readonly<Record<"made_at" | "expires_at", number>>;

export function linkStore({ db, read, write, erase, limits }: WebAccessParts): LinkStore {
  const sql = {
    living: db.prepare("SELECT COUNT(*) FROM link WHERE owner = ? AND purpose = ? AND expires_at > ?").pluck(),
    add: db.prepare("INSERT INTO link (id, purpose, owner, payload, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"),
    one: db.prepare(
      `SELECT id, purpose, owner, payload, made_at, expires_at FROM link
        WHERE id = ? AND purpose = ? AND expires_at > ?`,
    ),
    use: db.prepare("DELETE FROM link WHERE owner = ? AND purpose = ?"),
    forget: db.prepare("DELETE FROM link WHERE owner = ?"),
  };
  const find = (id: string, purpose: string, now: number): LinkRecord | undefined => {
    const row = sql.one.get(id, purpose, now) as Row | undefined;
    return row === undefined ? undefined : linkOf(row);
  };
  return {
    addLink: ({ id, purpose, owner, payload, madeAt, expiresAt }) =>
      write(() => {
        if ((sql.living.get(owner, purpose, madeAt) as number) >= limits.links) return "too-many";
        sql.add.run(id, purpose, owner, payload, madeAt, expiresAt);
        return "made";
      }),
    link: (id, purpose, now) => read(() => find(id, purpose, now)),
    claimLink: (id, purpose, now) =>
      erase(() => {
        const link = find(id, purpose, now);
        if (link !== undefined) sql.use.run(link.owner, purpose);
        return link;
      }),
    forgetLinks: (owner) => erase(() => void sql.forget.run(owner)),
  };
}

function linkOf({ id, purpose, owner, payload, made_at, expires_at }: Row): LinkRecord {
  return { id, purpose, owner, payload, madeAt: made_at, expiresAt: expires_at };
}
