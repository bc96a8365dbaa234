/** The prepared statements of an open file, by their text: preparing costs more than most of them take. */
import type { Statement } from "better-sqlite3-multiple-ciphers";
import type { Database } from "./database.ts";

const known = new WeakMap<Database, Map<string, Statement>>();

/** Each text must be used alike everywhere: whether a statement plucks is remembered with it. */
export function sql(db: Database, text: string): Statement {
  let statements = known.get(db);
  if (statements === undefined) {
    statements = new Map();
    known.set(db, statements);
  }
  let statement = statements.get(text);
  if (statement === undefined) {
    statement = db.prepare(text);
    statements.set(text, statement);
  }
  return statement;
}
