/** Everything that rests in the databases of a home, as whoever has all keys would see it: each table with its columns and values. */
import { createHash, hkdfSync } from "node:crypto";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import Database from "better-sqlite3-multiple-ciphers";
import { readRoot } from "../../../src/store/crypt/root.ts";
import { openKeys } from "../../../src/store/crypt/keys.ts";
import { accountId } from "../../../src/store/ids.ts";

export type RawTable = {
  /** As `billing.subscription`; of an account's own file `account.message`. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
};

/** The service must not run. */
export function rawTables(home: string): readonly RawTable[] {
  const [dataFolder, secretFolder] = [join(home, "data"), join(home, "secret")];
  const root = readRoot(join(home, "secret/root"));
  const tables: RawTable[] = [];
  const opened: [file: string, name: string, key: Uint8Array][] = [];
  using keys = openKeys({ dataFolder, secretFolder, root });
  for (const name of globSync("*.db", { cwd: dataFolder })) {
    const kind = basename(name, ".db");
    const key =
      kind === "keys"
        ? new Uint8Array(hkdfSync("sha256", root, new Uint8Array(0), "altmail keys.db", 32))
        : keys.systemKey(kind);
    opened.push([join(dataFolder, name), kind, key]);
  }
  for (const name of globSync("accounts/**/*.db", { cwd: dataFolder })) {
    const key = keys.get(accountId(basename(name, ".db")));
    if (key !== undefined) opened.push([join(dataFolder, name), "account", key]);
  }
  // Lanes of the queue are files of one kind.
  for (const [file, name, key] of opened) tables.push(...tablesOf(file, name.replace(/-\d+$/, ""), key));
  return tables;
}

function tablesOf(file: string, kind: string, key: Uint8Array): readonly RawTable[] {
  const db = new Database(file, { fileMustExist: true, timeout: 1000 });
  try {
    db.pragma("cipher = 'aegis'");
    db.pragma("algorithm = 'aegis-256'");
    db.pragma(`key = 'raw:${Buffer.from(key).toString("hex")}'`);
    const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as readonly string[];
    return names.map((name) => ({
      name: `${kind}.${name}`,
      columns: (db.pragma(`table_info("${name}")`) as readonly { readonly name: string }[]).map(
        (column) => column.name,
      ),
      rows: db.prepare(`SELECT * FROM "${name}"`).all() as readonly Readonly<Record<string, unknown>>[],
    }));
  } finally {
    db.close();
  }
}

/** Where these octets stand, in any letters: table, column; never the value. Hashes of a text count as the text. */
export function found(tables: readonly RawTable[], text: string): readonly string[] {
  const needles = [
    text.toLowerCase(),
    ...(["sha256", "sha1", "md5"] as const).flatMap((kind) => {
      const digest = createHash(kind).update(text);
      const octets = digest.digest();
      return [octets.toString("hex"), octets.toString("latin1").toLowerCase()];
    }),
  ];
  return tables.flatMap(({ name, columns, rows }) =>
    columns
      .filter((column) => rows.some((row) => needles.some((needle) => textOf(row[column]).includes(needle))))
      .map((column) => `${name}.${column}`),
  );
}

const textOf = (value: unknown): string =>
  (value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)).toLowerCase();
