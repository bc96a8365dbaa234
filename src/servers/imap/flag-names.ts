/** Flags as a client names them, as the store takes them: RFC 9051 section 2.3.2. */
import { type FlagNames, SYSTEM_FLAGS } from "../../store/flags.ts";

const BITS: ReadonlyMap<string, number> = new Map(SYSTEM_FLAGS);

/** Parts system flags from keywords. `\Recent` and flags that begin with `\` and are not known are passed over. */
export function flagNames(names: readonly string[]): FlagNames {
  let system = 0;
  const keywords: string[] = [];
  for (const name of names) {
    if (name.startsWith("\\")) system |= BITS.get(name) ?? 0;
    else keywords.push(name);
  }
  return { system, keywords };
}

/** The bit of a system flag; undefined for keywords and others. */
export function systemBit(name: string): number | undefined {
  return BITS.get(name);
}
