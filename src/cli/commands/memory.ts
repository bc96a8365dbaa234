/**
 * The commands on what accounts have learned of their mail (promise D2). The memory holds fingerprints, counts and days, so
 * counts and days are all that anyone can be shown; to clear it or to switch it off is for the holder to ask for.
 */
import { DAY } from "../../host/clock.ts";
import { logInName } from "../../service/accounts/log-in-name.ts";
import { setLearning } from "../../service/holder/learning.ts";
import type { Holding, Holdings } from "../../store/defence-memory.ts";
import type { AccountId } from "../../store/ids.ts";
import { done, type Given, type Operator, type Outcome, type StoreCommand, text } from "../command.ts";

const address = { name: "address", summary: "the primary address, in any case" } as const;

/** In the order in which they are shown. */
const PARTS: readonly (readonly [part: Exclude<keyof Holdings, "isOn">, name: string])[] = [
  ["correspondents", "addresses written to or answered"],
  ["senders", "senders, domains and networks judged"],
  ["words", "words"],
  ["lessons", "messages that taught"],
  ["contacts", "first contacts"],
];

const NO_ACCOUNT: Outcome = {
  kind: "refused",
  sentence: 'there is no account with this address: "altmail account list" shows all',
};

async function onAccount(
  { directory }: Pick<Operator, "directory">,
  given: Given,
  work: (account: AccountId) => Promise<unknown>,
): Promise<Outcome> {
  const account = await directory.byAddress(logInName(text(given, "address")));
  if (account === undefined || account.state === "closing") return NO_ACCOUNT;
  const value = await work(account.id);
  return value === "no-account" ? NO_ACCOUNT : done(value);
}

const day = (days: number): string => new Date(days * DAY).toISOString().slice(0, 10);

function holdingText({ count, oldest, newest }: Holding): string {
  return oldest === undefined || newest === undefined ? "none" : `${count}, of ${day(oldest)} to ${day(newest)}`;
}

function holdingsText(holdings: Holdings): string {
  if (!holdings.isOn) return "the memory is off: nothing is held, and nothing is learned";
  return PARTS.map(([part, name]) => `${name}: ${holdingText(holdings[part])}`).join("\n");
}

/** @param work what is done about the memory */
function change(
  name: string,
  summary: string,
  description: string,
  said: string,
  work: (operator: Operator, account: AccountId) => Promise<unknown>,
): StoreCommand {
  return {
    name: `memory ${name}`,
    where: "stores",
    access: "content-free",
    summary,
    description,
    arguments: [address],
    options: [],
    examples: [`altmail memory ${name} ada@example.org --home var`],
    work: (operator, given) => onAccount(operator, given, (account) => work(operator, account)),
    show: () => said,
  };
}

export const memoryCommands: readonly StoreCommand[] = [
  {
    name: "memory show",
    where: "stores",
    access: "content-free",
    summary: "Show how much an account has learned of its mail; never what",
    description:
      "Names and words are kept as fingerprints under a key of the account's own: nobody can read them, so this shows numbers and days. Addresses are forgotten twelve months after the last letter to them, all else after 90 days.",
    arguments: [address],
    options: [],
    examples: [
      "altmail memory show ada@example.org --home var",
      "altmail memory show ada@example.org --json --home var",
    ],
    work: (operator, given) => onAccount(operator, given, (account) => operator.memory.holdings(account)),
    show: holdingsText,
  },
  change(
    "clear",
    "Erase all that an account has learned of its mail",
    "It begins anew at once. Do it when the holder asks for it.",
    "cleared: nothing is left of what was learned",
    ({ memory }, account) => memory.clear(account),
  ),
  change(
    "on",
    "Let an account learn from what its holder does with mail",
    "It is on unless somebody has switched it off.",
    "on: the account learns from now on",
    (operator, account) => setLearning(operator, account, true),
  ),
  change(
    "off",
    "Erase all that an account has learned, and let it learn nothing",
    "Its mail is then judged by what everybody can see: authentication, scanners and DNS lists. It stays off after a restore from a backup. Do it when the holder asks for it.",
    "off: what was learned is erased, and nothing is learned any more",
    (operator, account) => setLearning(operator, account, false),
  ),
];
