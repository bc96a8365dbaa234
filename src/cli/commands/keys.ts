/** The commands for keys: look, rotate, rekey an account, put the root in escrow. */
import { DAY, HOUR, systemClock } from "../../host/clock.ts";
import type { KeyStatus } from "../../service/keys/key-care.ts";
import { done, type StoreCommand, text } from "../command.ts";

export const keysCommands: readonly StoreCommand[] = [
  {
    name: "keys status",
    where: "stores",
    access: "content-free",
    summary: "Tell which keys there are, how old the epoch is, and what endangers them",
    arguments: [],
    options: [],
    examples: ["altmail keys status --home /var/lib/altmail"],
    work: async ({ keyCare }) => done(await keyCare.status()),
    show: statusPage,
  },
  {
    name: "keys rotate",
    where: "stores",
    access: "content-free",
    summary: "Make a new epoch now: every key is wrapped anew, and older copies of the data open nothing",
    description:
      "The service does so each night and whenever a key is destroyed. After a copy of HOME/data and HOME/secret may have fallen into other hands, rotate at once; what they open is what was there then.",
    arguments: [],
    options: [],
    examples: ["altmail keys rotate --home /var/lib/altmail"],
    async work({ keyCare }) {
      await keyCare.rotate();
      return done({});
    },
    show: () => "rotated: there is a new epoch",
  },
  {
    name: "keys rekey",
    where: "stores",
    access: "content-free",
    summary: "Rewrite one account's file under a new key, and destroy the old key",
    description:
      "For an account whose key may be known to others. The account is busy meanwhile (some 200 MB a second; mail for it waits) and its file needs as much room again until it is done. Interrupted at any moment it loses nothing.",
    arguments: [{ name: "address", summary: "an address of the account" }],
    options: [],
    examples: ["altmail keys rekey ada@example.org --home /var/lib/altmail"],
    async work({ keyCare }, given) {
      if ((await keyCare.rekey(text(given, "address"))) === "done") return done({});
      return { kind: "refused", sentence: 'there is no account with this address: "altmail account list" shows all' };
    },
    show: () => "rekeyed: the old key is destroyed",
  },
  {
    name: "keys escrow",
    where: "stores",
    access: { scope: "all" },
    summary: "Print the root key, encrypted to an offline age key",
    description:
      "For the safe: without the root nobody opens anything, backups apart. Whoever has the other half of the age key and a copy of HOME has all mail, therefore this goes through the gate. age -d -i KEYFILE shows the root again.",
    arguments: [],
    options: [
      { name: "recipient", value: "AGE1...", summary: "the public half of the offline key, as age-keygen prints it" },
    ],
    examples: ["altmail keys escrow --recipient age1... --access ID --home /var/lib/altmail > root.age"],
    async work({ keyCare }, given) {
      const escrowed = await keyCare.escrow(text(given, "recipient"));
      return escrowed.kind === "sealed" ? done(escrowed.text) : escrowed;
    },
    show: (sealed: string) => sealed.trimEnd(),
  },
];

function statusPage({ keys, source, statementKey, warnings }: KeyStatus): string {
  const { accounts, changing, system, days, epochMadeAt } = keys;
  const ageMs = Math.max(0, systemClock.now() - epochMadeAt);
  const age = ageMs >= 2 * DAY ? `${Math.floor(ageMs / DAY)} days` : `${Math.floor(ageMs / HOUR)} hours`;
  return [
    `keys       ${accounts} of accounts, ${system} of the system, ${days} of log days`,
    ...(changing > 0 ? [`changing   ${changing} accounts are just getting another key`] : []),
    `epoch      ${age} old`,
    `root       ${source === "unlock" ? "in the memory of the service alone: typed in at each start" : "in a key file"}`,
    `statements are signed with ${statementKey}`,
    ...warnings.map((warning) => `warning    ${warning}`),
  ].join("\n");
}
