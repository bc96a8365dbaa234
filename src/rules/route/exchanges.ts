/** The hosts that take mail for a domain, in the order in which they are tried (RFC 5321 section 5.1, RFC 7505). */
import { readHostName } from "./host-name.ts";

/** An MX record; the name `""` is the root. */
export type Exchange = { readonly preference: number; readonly exchange: string };

export type Exchanges =
  /** At least one name. `notNames`: what stands in records and cannot be a host. */
  | { readonly kind: "hosts"; readonly names: readonly string[]; readonly notNames: readonly string[] }
  /** The domain takes no mail at all. */
  | { readonly kind: "null-mx" }
  /** We are the best host ourselves, and do not know the domain: mail would go in circles. */
  | { readonly kind: "ourselves" }
  | { readonly kind: "none"; readonly notNames: readonly string[] };

/**
 * Sorts MX records. Hosts of equal preference come in an order that `random` (0 <= n < 1) chooses, so that their load is
 * shared. Where a name of ours stands among them, it and all that is not preferred to it is left out.
 */
export function exchangesOf(
  records: readonly Exchange[],
  ownNames: readonly string[],
  random: () => number,
): Exchanges {
  const [only, ...more] = records;
  if (only?.exchange === "" && more.length === 0) return { kind: "null-mx" };
  const notNames: string[] = [];
  const named = records.flatMap(({ preference, exchange }) => {
    const name = readHostName(exchange);
    if (name === undefined) notNames.push(exchange);
    return name === undefined ? [] : [{ preference, name, chance: random() }];
  });
  if (named.length === 0) return { kind: "none", notNames };
  const own = new Set(ownNames.map((name) => readHostName(name)));
  const ours = Math.min(...named.filter(({ name }) => own.has(name)).map(({ preference }) => preference));
  const sorted = named
    .filter(({ preference }) => preference < ours)
    .toSorted((a, b) => a.preference - b.preference || a.chance - b.chance);
  const names = [...new Set(sorted.map(({ name }) => name))];
  return names.length === 0 ? { kind: "ourselves" } : { kind: "hosts", names, notNames };
}
