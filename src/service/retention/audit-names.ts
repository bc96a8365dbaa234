/** Audits what rests by name: every file below HOME, every object at the places. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { ObjectPlace } from "../backup/place.ts";
import type { NamedClass } from "./classified.ts";
import { type AuditRow, ClassOfNames, type Judging, type Named } from "./found.ts";
import { placeObjects, type PlaceKind } from "./registry/places.ts";

export type NamesAudit = { readonly rows: readonly AuditRow[]; readonly unknown: readonly string[] };

/** Names between which others may work. */
const SLICE = 500;

/** `places`: folders below `home` that are places of backups, audited as such. */
export function auditHome(
  home: string,
  classes: readonly NamedClass[],
  judging: Judging,
  places: readonly string[],
): Promise<NamesAudit> {
  return auditNames("home", filesBelow(home, "", new Set(places)), classes, judging);
}

export function auditPlace(kind: PlaceKind, place: ObjectPlace, judging: Judging): Promise<NamesAudit> {
  return auditNames(kind, objectsOf(place), placeObjects[kind], judging);
}

async function auditNames(
  where: string,
  names: AsyncIterable<Named>,
  classes: readonly NamedClass[],
  judging: Judging,
): Promise<NamesAudit> {
  const gathered = classes.map((described) => new ClassOfNames(described));
  const unknown: string[] = [];
  let count = 0;
  for await (const named of names) {
    if ((await ownerOf(named, gathered, judging)) === undefined) unknown.push(`${where}: ${named.name}`);
    count += 1;
    if (count % SLICE === 0) await turn();
  }
  return { rows: gathered.map((one) => one.row(where, judging.now)), unknown };
}

async function ownerOf(
  named: Named,
  classes: readonly ClassOfNames[],
  judging: Judging,
): Promise<ClassOfNames | undefined> {
  for (const one of classes) {
    try {
      if (await one.take(named, judging)) return one;
    } catch (error) {
      // Gone since it was listed.
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return one;
      throw error;
    }
  }
  return undefined;
}

async function* filesBelow(home: string, folder: string, places: ReadonlySet<string>): AsyncGenerator<Named> {
  for (const entry of await readdir(join(home, folder), { withFileTypes: true })) {
    const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (!entry.isDirectory()) yield { name, writtenAt: async () => (await lstat(join(home, name))).mtimeMs };
    else if (!places.has(name)) yield* filesBelow(home, name, places);
  }
}

async function* objectsOf(place: ObjectPlace): AsyncGenerator<Named> {
  for await (const { name, writtenAt } of place.list("")) yield { name, writtenAt: async () => writtenAt };
}
