/** The keys that sign our mail, in memory, for tests. */
import type { DkimKey, DkimKeys } from "../dkim-keys.ts";
import { StoreError } from "../store-error.ts";

export function memoryDkimKeys(): DkimKeys {
  const rows = new Map<string, { key: DkimKey; secret: Uint8Array | undefined }>();
  const used = new Set<string>();
  let closed = false;
  const nameOf = (domain: string, selector: string): string => `${selector} ${domain}`;
  const open = (): void => {
    if (closed) throw new StoreError("closed", "The store of DKIM keys is closed.");
  };

  return {
    async keys(domain) {
      open();
      return [...rows.values()]
        .map(({ key }) => key)
        .filter((key) => domain === undefined || key.domain === domain)
        .toSorted(
          (one, two) =>
            compare(one.domain, two.domain) || one.madeAt - two.madeAt || compare(one.selector, two.selector),
        );
    },
    async privateKey(domain, selector) {
      open();
      return rows.get(nameOf(domain, selector))?.secret?.slice();
    },
    async add(key, privateKey) {
      open();
      const name = nameOf(key.domain, key.selector);
      if (used.has(name)) return "taken";
      used.add(name);
      rows.set(name, { key: { ...key, state: "made", since: key.madeAt }, secret: privateKey.slice() });
      return "added";
    },
    async move(domain, selector, from, to, at) {
      open();
      const row = rows.get(nameOf(domain, selector));
      if (row?.key.state !== from) return "not-so";
      row.key = { ...row.key, state: to, since: at };
      if (to === "retiring" || to === "gone") row.secret = undefined;
      return "moved";
    },
    async remove(domain, selector) {
      open();
      rows.delete(nameOf(domain, selector));
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}

const compare = (one: string, two: string): number => (one < two ? -1 : one > two ? 1 : 0);
