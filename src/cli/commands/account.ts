/** The commands on accounts. Only who runs the service can call them; addresses are shown to the operator alone. */
import type { AccountDetails, AccountLine, Refused, Undelivered } from "../../service/accounts/accounts.ts";
import { given as asText } from "../../service/notices/letter.ts";
import type { Language, Preferences } from "../../store/directory.ts";
import { done, type Given, type Outcome, type StoreCommand, text } from "../command.ts";
import { readSecret } from "../secret-input.ts";
import { safetyCommands } from "./account-safety.ts";
import { wishCommands, wishLines } from "./account-wishes.ts";

const address = { name: "address", summary: "the primary address, in any case" } as const;
const passwordStdin = {
  name: "password-stdin",
  summary: "take the password from the first line of stdin; without it, a terminal asks",
} as const;

const askPassword = async (given: Given): Promise<Given> => ({
  ...given,
  password: await readSecret("Password", true),
});

/** What the service answered, without the tag that told it from a refusal. */
function outcome(result: { readonly kind: string } | Refused, value: unknown = {}): Outcome {
  return "sentence" in result ? { kind: "refused", sentence: result.sentence } : done(value);
}

const line = ({ address, state, language, quotaBytes }: AccountLine): string =>
  `${address}  ${state}  ${language}  ${Math.round(quotaBytes / 1024 ** 2)} MiB`;

type Deleted = { readonly undelivered: readonly Undelivered[] };

function deletedText({ undelivered }: Deleted): string {
  const said = "deleted: the key of the mail is destroyed";
  if (undelivered.length === 0) return said;
  const lines = undelivered.map(
    ({ recipient, lastReply }) => `  ${asText(recipient)}: ${lastReply ?? "it was not tried"}`,
  );
  return [
    `${said}\nMail in the queue did not reach these recipients, and never will; the holder hears so at a confirmed recovery address, else from you:`,
    ...lines,
  ].join("\n");
}

const isLanguage = (text: string): text is Language => text === "sv" || text === "en";
const NO_LANGUAGE: Outcome = { kind: "refused", sentence: "the language is sv (Swedish) or en (English)" };

export const accountCommands: readonly StoreCommand[] = [
  {
    name: "account add",
    where: "stores",
    access: "content-free",
    summary: "Make an account",
    description:
      "Makes the account with its mailboxes. An address that belonged to somebody before is never given again.",
    arguments: [{ name: "address", summary: "the primary address, which is the log-in name too" }],
    options: [
      passwordStdin,
      { name: "quota-mib", value: "N", summary: "room for mail, in MiB" },
      { name: "language", value: "sv|en", summary: "what the service writes to its holder in; en when left out" },
    ],
    examples: [
      "altmail account add ada@example.org --home var",
      "pwgen -s 20 1 | altmail account add ada@example.org --password-stdin --home var",
    ],
    ask: askPassword,
    async work({ accounts }, given) {
      const quotaMiB = Number(given["quota-mib"]);
      if (given["quota-mib"] !== undefined && !(Number.isSafeInteger(quotaMiB) && quotaMiB > 0))
        return { kind: "refused", sentence: "--quota-mib takes a whole number above 0" };
      const language = given["language"] === undefined ? "en" : text(given, "language");
      if (!isLanguage(language)) return NO_LANGUAGE;
      const result = await accounts.add({
        language,
        address: text(given, "address"),
        password: text(given, "password"),
        ...(given["quota-mib"] === undefined ? {} : { quotaBytes: quotaMiB * 1024 ** 2 }),
      });
      return "account" in result ? done(result.account) : outcome(result);
    },
    show: (account: AccountLine) => `made ${line(account)}`,
  },
  {
    name: "account list",
    where: "stores",
    access: "content-free",
    summary: "List the accounts: address, state, language, quota",
    arguments: [],
    options: [],
    examples: ["altmail account list --home var", "altmail account list --json --home var"],
    work: async ({ accounts }) => done(await accounts.list()),
    show: (accounts: readonly AccountLine[]) => accounts.map(line).join("\n"),
  },
  {
    name: "account show",
    where: "stores",
    access: "content-free",
    summary: "Show an account: state, aliases, app passwords, how much mail; never what is in the mail",
    arguments: [address],
    options: [],
    examples: ["altmail account show ada@example.org --home var"],
    async work({ accounts, directory }, given) {
      const result = await accounts.show(text(given, "address"));
      if (!("account" in result)) return outcome(result);
      return done({ ...result.account, preferences: await directory.preferences(result.account.id) });
    },
    show: (account: AccountDetails & { readonly preferences: Preferences }) =>
      [
        line(account),
        `made: ${new Date(account.createdAt).toISOString()}`,
        `aliases: ${account.aliases.join(", ") || "none"}`,
        `app passwords: ${account.appPasswords.map(({ id, label }) => `${id} (${label})`).join(", ") || "none"}`,
        account.mail === undefined
          ? "mail: cannot be read now"
          : `mail: ${account.mail.messages} messages in ${account.mail.mailboxes} mailboxes, ${account.mail.octets} octets`,
        ...wishLines(account.preferences),
      ].join("\n"),
  },
  {
    name: "account password",
    where: "stores",
    access: { scope: "log-in", account: "address" },
    summary: "Set a new password; the old one ends at once, with all sessions that are open",
    description:
      "App passwords stay: revoke those that a stranger may know. Their programs log in again by themselves.",
    arguments: [address],
    options: [passwordStdin],
    examples: ["altmail account password ada@example.org --home var"],
    ask: askPassword,
    work: async ({ accounts }, given) =>
      outcome(await accounts.setPassword(text(given, "address"), text(given, "password"))),
    show: () => "the new password holds from now on; sessions that were open have ended, app passwords stay",
  },
  {
    name: "account language",
    where: "stores",
    access: "content-free",
    summary: "Set the language that the service writes to the holder in",
    arguments: [address, { name: "language", summary: "sv or en" }],
    options: [],
    examples: ["altmail account language ada@example.org sv --home var"],
    async work({ accounts }, given) {
      const language = text(given, "language");
      return isLanguage(language) ? outcome(await accounts.setLanguage(text(given, "address"), language)) : NO_LANGUAGE;
    },
    show: () => "notices come in that language from now on",
  },
  ...wishCommands,
  ...safetyCommands,
  {
    name: "account pause",
    where: "stores",
    access: "content-free",
    summary: "Stop sending from an account; log-ins, reading and receiving go on",
    description: 'The gentlest measure against misuse: use it before "account suspend". The holder is told at once.',
    arguments: [address],
    options: [],
    examples: ["altmail account pause ada@example.org --home var"],
    work: async ({ accounts }, given) => outcome(await accounts.pause(text(given, "address"))),
    show: () => "paused: nothing is sent, mail is read and received; the holder was told",
  },
  {
    name: "account suspend",
    where: "stores",
    access: "content-free",
    summary: "Stop log-ins to an account; its mail is still received",
    arguments: [address],
    options: [],
    examples: ["altmail account suspend ada@example.org --home var"],
    work: async ({ accounts }, given) => outcome(await accounts.suspend(text(given, "address"))),
    show: () => "suspended: sessions have ended, mail is still received",
  },
  {
    name: "account resume",
    where: "stores",
    access: "content-free",
    summary: "Allow sending and log-ins again after pause or suspend",
    arguments: [address],
    options: [],
    examples: ["altmail account resume ada@example.org --home var"],
    work: async ({ accounts }, given) => outcome(await accounts.resume(text(given, "address"))),
    show: () => "resumed",
  },
  {
    name: "account delete",
    where: "stores",
    access: "content-free",
    summary: "Delete an account for good: mail, settings, aliases; its key is destroyed",
    description:
      "What waits in its queue is tried once more, which takes a minute at most; what does not arrive is shown, told to the holder's confirmed recovery address, and then forgotten. Nothing brings the account back, and its addresses are never given to anyone else. After a failure it may be called again.",
    arguments: [address],
    options: [{ name: "yes", summary: "confirm that this is meant" }],
    examples: ["altmail account delete ada@example.org --yes --home var"],
    async work({ accounts }, given) {
      if (given["yes"] !== true)
        return { kind: "refused", sentence: "this deletes all mail of the account for good: repeat it with --yes" };
      const result = await accounts.delete(text(given, "address"));
      return "undelivered" in result ? done({ undelivered: result.undelivered }) : outcome(result);
    },
    show: deletedText,
  },
];
