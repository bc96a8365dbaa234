import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { armor, Decrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import { accountId } from "../../store/ids.ts";
import { memoryDirectory } from "../../store/memory/directory.ts";
import { findExposures, type ReadProc } from "./exposure.ts";
import { createKeyCare, type KeyCare } from "./key-care.ts";

const ALICE = accountId("a1".repeat(16));
const ROOT = "ABCD EFGH";

type Done = { readonly care: KeyCare; readonly did: string[] };

async function care(source: "unlock" | "file" = "unlock"): Promise<Done> {
  const did: string[] = [];
  const directory = memoryDirectory();
  const account = { id: ALICE, primary: "ada@example.org", state: "active", language: "en" } as const;
  await directory.add([{ ...account, quotaBytes: 1, createdAt: 1, passwordHash: "x" }]);
  const made = createKeyCare({
    directory,
    count: () => ({ accounts: 1, changing: 0, system: 2, days: 10, epochMadeAt: 0 }),
    rotate: () => void did.push("rotate"),
    rekey: async (id) => void did.push(`rekey ${id}`),
    rootText: () => ROOT,
    source,
    statementKey: "00",
    log: (name, fields) => void did.push(`${name} ${JSON.stringify(fields)}`),
    exposures: async () => [
      { kind: "swap", sentence: "swap is on" },
      { kind: "virtual-machine", sentence: "a guest" },
    ],
  });
  return { care: made, did };
}

test("the status says what would write keys to a disk, a root in a file first", async () => {
  const sealed = await (await care()).care.status();
  assert.deepEqual(sealed.warnings, ["swap is on", "a guest"]);
  const file = await (await care("file")).care.status();
  assert.match(file.warnings[0] ?? "", /the root lies in a file/);
  assert.equal(file.keys.days, 10);
});

test("rotating and rekeying leave their events, without an address", async () => {
  const { care: made, did } = await care();
  await made.rotate();
  assert.equal(await made.rekey("Ada@example.org"), "done");
  assert.equal(await made.rekey("bob@example.org"), "no-account");
  assert.deepEqual(did, ["rotate", "keys.rotated {}", `rekey ${ALICE}`, `keys.rekeyed {"account":"${ALICE}"}`]);
});

test("the root in escrow opens with the offline key and no other", async () => {
  const { care: made } = await care();
  const identity = await generateX25519Identity();
  const escrowed = await made.escrow(await identityToRecipient(identity));
  assert.ok(escrowed.kind === "sealed");
  assert.doesNotMatch(escrowed.text, /ABCD/);
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  assert.equal(await decrypter.decrypt(armor.decode(escrowed.text), "text"), `${ROOT}\n`);
  const other = new Decrypter();
  other.addIdentity(await generateX25519Identity());
  await assert.rejects(other.decrypt(armor.decode(escrowed.text)));
  for (const wrong of ["", "age1", "a passphrase"]) assert.equal((await made.escrow(wrong)).kind, "refused", wrong);
});

const LIMITS = (core: string): string =>
  `Limit   Soft Limit   Hard Limit   Units\nMax core file size        ${core}   unlimited   bytes\n`;
const SWAPS = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
const QUIET: Readonly<Record<string, string>> = {
  "/proc/self/limits": LIMITS("0"),
  "/proc/sys/kernel/core_pattern": "core\n",
  "/proc/self/coredump_filter": "00000033\n",
  "/proc/swaps": SWAPS,
  "/proc/cpuinfo": "flags\t\t: fpu vme\n",
};

/** A machine that differs from a quiet one in these files. */
function machine(files: Readonly<Record<string, string>>): ReadProc {
  return async (path) => ({ ...QUIET, ...files })[path];
}

const MACHINES: readonly (readonly [
  name: string,
  files: Readonly<Record<string, string>>,
  kinds: readonly string[],
])[] = [
  ["a quiet machine", {}, []],
  ["core dumps on", { "/proc/self/limits": LIMITS("unlimited") }, ["core-dump"]],
  ["dumps over a pipe", { "/proc/sys/kernel/core_pattern": "|/usr/lib/systemd/systemd-coredump %P" }, ["core-pipe"]],
  [
    "dumps over a pipe, with nothing in them",
    { "/proc/sys/kernel/core_pattern": "|/x", "/proc/self/coredump_filter": "00000000\n" },
    [],
  ],
  ["swap on a disk", { "/proc/swaps": `${SWAPS}/dev/sda2 partition 1000 0 -2\n` }, ["swap"]],
  ["swap in compressed memory", { "/proc/swaps": `${SWAPS}/dev/zram0 partition 1000 0 100\n` }, []],
  [
    "enciphered swap",
    { "/proc/swaps": `${SWAPS}/dev/dm-1 partition 1 0 -2\n`, "/sys/block/dm-1/dm/uuid": "CRYPT-PLAIN-swap\n" },
    [],
  ],
  [
    "swap on a plain volume",
    { "/proc/swaps": `${SWAPS}/dev/dm-1 partition 1 0 -2\n`, "/sys/block/dm-1/dm/uuid": "LVM-x\n" },
    ["swap"],
  ],
  ["a virtual machine", { "/proc/cpuinfo": "flags\t\t: fpu hypervisor lahf_lm\n" }, ["virtual-machine"]],
];
for (const [name, files, kinds] of MACHINES)
  test(`D7: what would write memory to a disk is told: ${name}`, async () => {
    const found = await findExposures(machine(files));
    assert.deepEqual(
      found.map(({ kind }) => kind),
      kinds,
    );
  });

test("where there is no /proc nothing is said", async () => {
  assert.deepEqual(await findExposures(async () => undefined), []);
});

const isLinux = process.platform === "linux";
test("D7: bin/altmail starts the service with core dumps off and an empty filter", { skip: !isLinux }, () => {
  const file = join(import.meta.dirname, "../../../bin/altmail");
  // The script up to where it becomes the service, which is replaced by a look.
  const look = readFileSync(file, "utf8").replace(
    /^exec .*$/m,
    "exec cat /proc/self/limits /proc/self/coredump_filter",
  );
  const { stdout } = spawnSync("/bin/sh", ["-c", look, file], { encoding: "utf8" });
  assert.match(stdout, /^Max core file size\s+0\s+0/m);
  assert.match(stdout, /^0+$/m);
});
