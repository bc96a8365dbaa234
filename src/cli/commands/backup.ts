/**
 * The commands on backups. Making, listing and verifying show nothing of any mail; restoring into a living account goes
 * through the gate. Restoring everything does not: it needs an empty home, a service that does not run, and the offline key.
 */
import { readFile } from "node:fs/promises";
import { HostError } from "../../host/host-error.ts";
import { logInName } from "../../service/accounts/log-in-name.ts";
import type { FromSet, ListedSet } from "../../service/backup/backups.ts";
import type { MadeSet } from "../../service/backup/create.ts";
import type { Drilled } from "../../service/backup/drill.ts";
import { PlaceError } from "../../service/backup/place.ts";
import type { RestoredEverything } from "../../service/backup/restore-everything.ts";
import type { RestoredMail } from "../../service/backup/restore-one.ts";
import type { Verified } from "../../service/backup/verify.ts";
import type { Account, Directory } from "../../store/directory.ts";
import { done, type Given, type LocalCommand, type Outcome, type StoreCommand, text } from "../command.ts";
import { UsageError } from "../usage-error.ts";

const address = { name: "address", summary: "the account, by its primary address" } as const;
const setOption = {
  name: "set",
  value: "ID",
  summary: "the set, as backup list shows it; without it, the newest",
} as const;
const identityOption = {
  name: "identity",
  value: "FILE",
  summary: "the file of the offline age key, on a medium that goes with you; /dev/stdin takes it from a pipe",
} as const;
const accountsOption = {
  name: "accounts",
  value: "N",
  summary: "how many accounts, evenly spread; 20 when not given",
} as const;
const ACCOUNTS = 20;

const refused = (sentence: string): Outcome => ({ kind: "refused", sentence });

/** Carries the text of the key to the process that has the stores open; it is written nowhere. */
async function askIdentity(given: Given): Promise<Given> {
  const file = text(given, "identity");
  if (file === "") return given;
  try {
    return { ...given, identity: await readFile(file, "utf8") };
  } catch (cause) {
    throw new HostError(`the file of the offline key cannot be read: ${file}`, { cause });
  }
}

async function needIdentity(given: Given): Promise<Given> {
  if (text(given, "identity") === "") throw new UsageError("this needs the offline key: --identity FILE");
  return askIdentity(given);
}

const fromOf = (given: Given): FromSet => ({ set: text(given, "set") || undefined, identity: text(given, "identity") });

/** A place that does not answer is no fault of ours. */
async function carried(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return done(await work());
  } catch (error) {
    if (error instanceof PlaceError) return refused(error.message);
    throw error;
  }
}

function countOf(given: Given): number | undefined {
  const count = given["accounts"] === undefined ? ACCOUNTS : Number(given["accounts"]);
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

async function onAccount(
  directory: Directory,
  given: Given,
  work: (account: Account) => Promise<unknown>,
): Promise<Outcome> {
  const account = await directory.byAddress(logInName(text(given, "address")));
  if (account === undefined || account.state === "closing")
    return refused("there is no account with this address; one that was closed stays closed");
  return carried(() => work(account));
}

const time = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const KIB = 1024;
const MIB: number = KIB * KIB;
const size = (octets: number): string =>
  octets < MIB ? `${Math.ceil(octets / KIB)} KiB` : `${(octets / MIB).toFixed(1)} MiB`;
const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

export const backupCommands: readonly StoreCommand[] = [
  {
    name: "backup create",
    where: "stores",
    access: "content-free",
    summary: "Make a set now; one is made each night anyway",
    description:
      "Accounts that have not changed cost a line. One set is made at a time; it may be broken off at any moment.",
    arguments: [],
    options: [],
    examples: ["altmail backup create --home var"],
    work: ({ backups }, _given, report) => carried(() => backups.create(report)),
    show: ({ id, accounts, unchanged, skipped, sentOctets, seconds }: MadeSet) =>
      `made ${id}: ${many(accounts, "account")} (${unchanged} unchanged), ${size(sentOctets)} sent in ${seconds} s${
        skipped > 0 ? `\n${many(skipped, "account")} could not be read, NOT in the set: altmail check says why` : ""
      }`,
  },
  {
    name: "backup list",
    where: "stores",
    access: "content-free",
    summary: "List the sets: when made, when they end, how many accounts",
    arguments: [],
    options: [],
    examples: ["altmail backup list --home var"],
    work: ({ backups }) => carried(() => backups.list()),
    show: (sets: readonly ListedSet[]) =>
      sets.length === 0
        ? "no set is known here yet; sets that lie at the target already are found when the service starts"
        : sets.map(listed).join("\n"),
  },
  {
    name: "backup verify",
    where: "stores",
    access: "content-free",
    summary: "Compare the sets with what lies at the places; with the offline key also open mails, and show none",
    arguments: [],
    options: [identityOption, accountsOption],
    examples: ["altmail backup verify --home var", "altmail backup verify --identity /media/key/age.txt --home var"],
    ask: askIdentity,
    async work({ backups }, given, report) {
      const accounts = countOf(given);
      if (accounts === undefined) return refused("--accounts takes a whole number above 0");
      const identity = text(given, "identity");
      const outcome = await carried(() => backups.verify(report, identity === "" ? undefined : { identity, accounts }));
      if (outcome.kind === "refused") return outcome;
      const { sets, keepers } = outcome.value as Verified;
      const findings = [...keepers, ...sets.flatMap((set) => set.findings.map((line) => `${set.id}: ${line}`))];
      return findings.length > 0 ? refused(`${many(findings.length, "finding")}:\n${findings.join("\n")}`) : outcome;
    },
    show: ({ sets, opened }: Verified) =>
      `${many(sets.length, "set")} verified, nothing found${
        opened === undefined
          ? ""
          : `; ${many(opened.accounts, "account")} opened: ${many(opened.mails, "mail")}, ${size(opened.octets)}`
      }`,
  },
  {
    name: "backup drill",
    where: "stores",
    access: "content-free",
    summary: "Restore some accounts to a temporary home, compare everything, and show counts alone",
    description:
      "The temporary home is sealed like any other, with a key that exists in memory only, and goes at the end.",
    arguments: [],
    options: [identityOption, setOption, accountsOption],
    examples: ["altmail backup drill --identity /media/key/age.txt --home var"],
    ask: needIdentity,
    async work({ backups }, given, report) {
      const accounts = countOf(given);
      if (accounts === undefined) return refused("--accounts takes a whole number above 0");
      const outcome = await carried(() => backups.drill(fromOf(given), accounts, report));
      if (outcome.kind === "refused") return outcome;
      const { findings } = outcome.value as Drilled;
      return findings.length > 0 ? refused(`${many(findings.length, "finding")}:\n${findings.join("\n")}`) : outcome;
    },
    show: ({ set, accounts, mails, octets, compared }: Drilled) =>
      `${set}: ${many(accounts, "account")} came back whole: ${many(mails, "mail")}, ${size(octets)}; ${compared} compared with the living accounts, all equal`,
  },
  {
    name: "backup restore",
    where: "stores",
    access: "content-free",
    summary: "Restore everything to an empty home while the service does not run",
    description:
      "Make a home with altmail init, give it the settings of the old one, and run this before the first start. Accounts that were closed and mails that were deleted since the set was made stay away. Broken off, it goes on when it is called again; accounts that this set cannot give are taken from another with --set.",
    arguments: [],
    options: [identityOption, setOption],
    examples: ["altmail backup restore --identity /media/key/age.txt --key-file /run/root.key --home /srv/altmail"],
    ask: needIdentity,
    async work({ backups }, given, report) {
      const outcome = await carried(() => backups.restoreEverything(fromOf(given), report));
      if (outcome.kind === "refused") return outcome;
      const { set, accounts, failed } = outcome.value as RestoredEverything;
      if (failed.length === 0) return outcome;
      const lines = failed.map(({ account, sentence }) => `account ${account}: ${sentence}`);
      return refused(
        `${many(accounts, "account")} back from ${set}, ${failed.length} not: repeat it with another --set\n${lines.join("\n")}`,
      );
    },
    show: ({ set, madeAt, accounts, whole, closed, mails }: RestoredEverything) =>
      `restored ${set} of ${time(madeAt)}: ${many(accounts, "account")}, ${many(mails, "mail")}${
        whole > 0 ? `; ${whole} back before` : ""
      }${closed > 0 ? `; closed since, and so not restored: ${closed}` : ""}\nNext: "altmail check", then start the service.`,
  },
  {
    name: "backup restore-account",
    where: "stores",
    access: { scope: "mail", account: "address" },
    summary: "Make an account's file anew from a set, in place of one that is lost or damaged; the holder is told",
    description: "What came after the set was made is lost. Suspend the account before, and resume it afterwards.",
    arguments: [address],
    options: [identityOption, setOption, { name: "yes", summary: "confirm that the living file may go" }],
    examples: [
      "altmail backup restore-account ada@example.org --yes --identity /media/key/age.txt --access 5d41402abc4b2a76 --home var",
    ],
    ask: needIdentity,
    async work({ backups, directory }, given, report) {
      if (given["yes"] !== true)
        return refused("this puts the account's file of the set in place of the living one: repeat it with --yes");
      return onAccount(directory, given, (account) => backups.restoreAccount(account, fromOf(given), report));
    },
    show: shownMail,
  },
  {
    name: "backup restore-folder",
    where: "stores",
    access: { scope: "mail", account: "address" },
    summary: "Put mails of a set into the living account, below a folder Restored YYYY-MM-DD; the holder is told",
    arguments: [
      address,
      { name: "folder", summary: "the folder as it was called then, with all below; without it, all", optional: true },
    ],
    options: [
      identityOption,
      setOption,
      { name: "from", value: "YYYY-MM-DD", summary: "mails that came on that day (UTC) or later" },
      { name: "until", value: "YYYY-MM-DD", summary: "mails that came on that day (UTC) or before" },
    ],
    examples: [
      "altmail backup restore-folder ada@example.org Letters --from 2026-02-01 --identity /media/key/age.txt --access 5d41402abc4b2a76 --home var",
    ],
    ask: needIdentity,
    async work({ backups, directory }, given, report) {
      const wanted = { folder: text(given, "folder"), ...periodOf(given) };
      if (Number.isNaN(wanted.from) || Number.isNaN(wanted.to))
        return refused("--from and --until take a day as YYYY-MM-DD");
      return onAccount(directory, given, (account) => backups.restoreFolder(account, fromOf(given), wanted, report));
    },
    show: shownMail,
  },
];

/** A set of an earlier home is known by its objects; how much it holds stands sealed in it. */
function listed({ id, madeAt, endsAt, doneAt, accounts, sentOctets }: ListedSet): string {
  if (doneAt === undefined) return `${id}  never finished`;
  const holds = accounts === 0 ? "found at the target" : `${many(accounts, "account")}  ${size(sentOctets)} sent`;
  return `${id}  made ${time(madeAt)}  ends ${time(endsAt)}  ${holds}`;
}

const DAY_MS = 86_400_000;

function periodOf(given: Given): { readonly from: number; readonly to: number } {
  const day = (name: string): number => Date.parse(`${text(given, name)}T00:00:00Z`);
  return {
    from: given["from"] === undefined ? Number.NEGATIVE_INFINITY : day("from"),
    to: given["until"] === undefined ? Number.POSITIVE_INFINITY : day("until") + DAY_MS,
  };
}

function shownMail({ set, madeAt, mails }: RestoredMail): string {
  return `${many(mails, "mail")} came back from ${set} of ${time(madeAt)}; the holder is told`;
}

const KEY_PAGE = `The offline key opens every set; no set can be opened without it, by nobody. Make it on a machine that is
not the server and best has no network, with age (https://age-encryption.org, "apt install age"):

  age-keygen -o age-key.txt

Keep age-key.txt on two media in two places, and print it: it is one line. Nobody needs it before something is to be
restored, verified or drilled. Its public half, the line that begins with "age1", goes into altmail.toml:

  [backup]
  recipient = "age1..."

Then make a set with "altmail backup create" and prove the key with "altmail backup drill --identity age-key.txt".
A new key counts from the next set on; keep the old one for 10 days more.
`;

export const backupKeyCommands: readonly LocalCommand[] = [
  {
    name: "backup key",
    where: "here",
    summary: "Explain how to make the offline key that opens backup sets",
    arguments: [],
    options: [],
    examples: ["altmail backup key"],
    async run() {
      process.stdout.write(KEY_PAGE);
      return "done";
    },
  },
];
