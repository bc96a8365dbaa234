/** Audits the tables of every database, and of account files one after another. */
import type { Auditable, AuditableAccount } from "../../store/auditable.ts";
import { type DatabaseClass, limitText, type TableClass } from "./classified.ts";
import { type AuditRow, tooOld } from "./found.ts";

export type TablesAudit = { readonly rows: readonly AuditRow[]; readonly unknown: readonly string[] };

/** What was found in one database, or in many files of one form. */
class Gathered {
  readonly #class: DatabaseClass;
  readonly #oldestAt = new Map<TableClass, number>();
  readonly #unknown = new Set<string>();

  constructor(described: DatabaseClass) {
    this.#class = described;
  }

  async look(database: Auditable): Promise<void> {
    const { name, tables } = this.#class;
    const known = new Set(tables.map(({ table }) => table));
    const present = new Set(await database.tables());
    for (const table of present) if (!known.has(table)) this.#unknown.add(`${name}: table ${table}`);
    for (const described of tables) {
      const { table, since, unit, having } = described;
      if (since === undefined || !present.has(table)) continue;
      const rows = { table, since, ...(unit && { unit }), ...(having !== undefined && { having }) };
      const oldest = await database.oldest(rows);
      if (oldest !== undefined)
        this.#oldestAt.set(described, Math.min(oldest, this.#oldestAt.get(described) ?? oldest));
    }
  }

  audit(now: number): TablesAudit {
    const rows = this.#class.tables.map((described): AuditRow => {
      const { what, promise, limit } = described;
      const oldestAt = this.#oldestAt.get(described);
      const red = tooOld(limit, oldestAt, now);
      return { where: this.#class.name, what, promise, limit: limitText(limit), found: undefined, oldestAt, red };
    });
    return { rows, unknown: [...this.#unknown] };
  }
}

/** A database without a class is unknown as a whole; several of one name (lanes of the queue) are audited as one. */
export async function auditDatabases(
  classes: readonly DatabaseClass[],
  databases: readonly Auditable[],
  now: number,
): Promise<TablesAudit> {
  const rows: AuditRow[] = [];
  const unknown: string[] = [];
  for (const [known, same] of Map.groupBy(databases, ({ name }) => name)) {
    const described = classes.find(({ name }) => name === known);
    if (described === undefined) {
      unknown.push(`database ${known}`);
      continue;
    }
    const gathered = new Gathered(described);
    for (const database of same) await gathered.look(database);
    const audit = gathered.audit(now);
    rows.push(...audit.rows);
    unknown.push(...audit.unknown);
  }
  return { rows, unknown };
}

/** Those that do not open are counted: nobody knows what is in them. */
export async function auditAccounts(
  described: DatabaseClass,
  accounts: AsyncIterable<AuditableAccount>,
  now: number,
): Promise<TablesAudit & { readonly looked: number; readonly shut: number }> {
  const gathered = new Gathered(described);
  let looked = 0;
  let shut = 0;
  for await (const { tables } of accounts) {
    if (tables === undefined) shut += 1;
    else {
      looked += 1;
      await gathered.look(tables);
    }
  }
  return { ...gathered.audit(now), looked, shut };
}
