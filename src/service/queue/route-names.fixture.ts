/** A DNS for tests of routes: names and answers in a table, what is not there does not exist. */
import type { Answer, RecordData, RecordType, Resolver } from "../../host/resolver/answer.ts";

type Entry<T extends RecordType> =
  | "servfail"
  | "timeout"
  | {
      readonly records: readonly RecordData[T][];
      readonly insecure?: boolean;
      /** Where an alias leads. */
      readonly at?: string;
    };
/** By name, then type. A name without entries is NXDOMAIN; `insecure`: these zones are not signed. */
export type Names = Readonly<Record<string, { readonly [T in RecordType]?: Entry<T> }>>;

export type FakeResolver = Resolver & { readonly asked: string[]; names: Names; insecureZones: readonly string[] };

export function fakeResolver(names: Names, insecureZones: readonly string[] = []): FakeResolver {
  const resolver: FakeResolver = {
    asked: [],
    names,
    insecureZones,
    async resolve<T extends RecordType>(name: string, type: T): Promise<Answer<T>> {
      resolver.asked.push(`${name} ${type}`);
      const at = resolver.names[name];
      const entry: Entry<T> | undefined = at?.[type];
      const secure = !resolver.insecureZones.some((zone) => name === zone || name.endsWith(`.${zone}`));
      if (entry === "servfail" || entry === "timeout") return { kind: entry };
      if (entry === undefined) return { kind: at === undefined ? "nxdomain" : "nodata", secure };
      const { records, insecure = false, at: target = name } = entry;
      return { kind: "records", records, name: target, secure: secure && !insecure, ttlS: 60 };
    },
  };
  return resolver;
}
