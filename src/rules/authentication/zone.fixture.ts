/** A zone in memory for tests, in the form of the public vectors: a name, and for each type what stands there. */
import type { Looked, Lookup, LookupType } from "./lookup.ts";

type Entry = Readonly<Record<string, string | readonly (string | number)[]>>;

/** `TIMEOUT` instead of records: no answer for the types that the name has none of. */
export type Zone = Readonly<Record<string, readonly ("TIMEOUT" | Entry)[]>>;

const MAX_ALIASES = 8;

/** Answers from the zone; `asked` hears every question. */
export function zoneLookup(zone: Zone, asked: (name: string, type: LookupType) => void = () => {}): Lookup {
  const names = new Map(Object.entries(zone).map(([name, entries]) => [lower(name), entries]));
  const lookup = (name: string, type: LookupType, aliases: number): Looked => {
    const entries = names.get(lower(name));
    if (entries === undefined) {
      const isAbove = [...names.keys()].some((other) => other.endsWith(`.${lower(name)}`));
      return { kind: isAbove ? "nodata" : "nxdomain" };
    }
    const alias = entries.find((entry) => typeof entry === "object" && entry["CNAME"] !== undefined);
    if (typeof alias === "object")
      return aliases > MAX_ALIASES ? { kind: "temporary" } : lookup([alias["CNAME"]].join(), type, aliases + 1);
    const values = entries.flatMap((entry) => (typeof entry === "object" ? [valueOf(entry, type)] : []));
    const found = values.filter((value) => value !== undefined && value !== "NONE");
    if (found.length > 0) return { kind: "records", values: found as string[] };
    return { kind: entries.includes("TIMEOUT") ? "temporary" : "nodata" };
  };
  return (name, type) => {
    asked(name, type);
    return Promise.resolve(lookup(name, type, 0));
  };
}

/** A zone of TXT records, for what asks for nothing else. */
export function texts(records: Readonly<Record<string, string | readonly string[]>>): Zone {
  return Object.fromEntries(
    Object.entries(records).map(([name, text]) => [name, [text].flat().map((one) => ({ TXT: one }))]),
  );
}

const lower = (name: string): string => name.toLowerCase().replace(/\.$/, "");

function valueOf(entry: Entry, type: LookupType): string | undefined {
  const value = entry[type];
  if (value === undefined) return undefined;
  if (typeof value !== "string") return type === "MX" ? String(value[1]) : value.join("");
  return type === "TXT" ? value : lower(value);
}
