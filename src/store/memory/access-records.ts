/** The records of staff access in memory, for tests. */
import type { AccessEntry, AccessRecords, SentHead } from "../access-records.ts";
import { StoreError } from "../store-error.ts";

export function memoryAccessRecords(): AccessRecords {
  const rows: AccessEntry[] = [];
  let sent: SentHead | undefined;
  let closed = false;

  const open = (): AccessEntry[] => {
    if (closed) throw new StoreError("closed", "The records of access are closed.");
    return rows;
  };
  const isOf = (access: string, n: number) => (row: AccessEntry) => row.access === access && row.n === n;
  const byAccess = (a: AccessEntry, b: AccessEntry): number =>
    a.access === b.access ? a.n - b.n : a.access < b.access ? -1 : 1;

  return {
    async add(entry) {
      if (open().some(isOf(entry.access, entry.n))) return "taken";
      rows.push({ ...entry, line: undefined });
      return "added";
    },
    async chained(access, n, line) {
      const at = open().findIndex(isOf(access, n));
      const row = rows[at];
      if (row !== undefined) rows[at] = { ...row, line };
    },
    async entries(access) {
      return open()
        .filter((row) => access === undefined || row.access === access)
        .toSorted(byAccess);
    },
    async unchained() {
      return open()
        .filter(({ line }) => line === undefined)
        .toSorted((a, b) => a.at - b.at || byAccess(a, b));
    },
    async erase(access) {
      const kept = open().filter((row) => row.access !== access);
      rows.splice(0, rows.length, ...kept);
    },
    async sentHead() {
      open();
      return sent;
    },
    async setSentHead(head) {
      open();
      sent = head;
    },
    async check() {
      open();
      return [];
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}
