/** The commands on what a holder wishes of the service, and on the room of an account. */
import { changeQuota, changeWishes, type Wishes } from "../../service/holder/wishes.ts";
import type { Preferences } from "../../store/directory.ts";
import { done, type Given, type StoreCommand, text } from "../command.ts";

const address = { name: "address", summary: "the primary address, in any case" } as const;

const days = (count: number | undefined): string =>
  count === undefined ? "never emptied" : `emptied of mail older than ${count} ${count === 1 ? "day" : "days"}`;

/** What an account wishes, a line each. */
export const wishLines = ({ emptyJunkDays, emptyTrashDays, forwarders }: Preferences): readonly string[] => [
  `Junk: ${days(emptyJunkDays)}`,
  `Trash: ${days(emptyTrashDays)}`,
  `forwarders: ${forwarders.join(", ") || "none"}`,
];

const list = (given: Given, name: string): readonly string[] =>
  given[name] === undefined ? [] : text(given, name).split(",");

function wishesOf(given: Given): Wishes {
  const [emptyJunk, emptyTrash] = [given["empty-junk"], given["empty-trash"]];
  return {
    ...(typeof emptyJunk === "string" && { emptyJunk }),
    ...(typeof emptyTrash === "string" && { emptyTrash }),
    forwarders: list(given, "forwarder"),
    noForwarders: list(given, "no-forwarder"),
  };
}

export const wishCommands: readonly StoreCommand[] = [
  {
    name: "account prefer",
    where: "stores",
    access: "content-free",
    summary: "Set what the holder wishes: emptying of Junk and Trash, forwarders",
    description:
      "For the holder, who asked for it: mail that is emptied is gone for good. What counts is when a mail came into the folder, not its date. A forwarder is a domain that passes mail on to the holder and may break signatures on the way. What is left out stays as it is; without options the command shows what is set.",
    arguments: [address],
    options: [
      {
        name: "empty-junk",
        value: "DAYS|never",
        summary: "erase mail that has been in Junk for longer than so many days",
      },
      {
        name: "empty-trash",
        value: "DAYS|never",
        summary: "erase mail that has been in Trash for longer than so many days",
      },
      {
        name: "forwarder",
        value: "DOMAINS",
        summary: "domains that pass mail on to this account, with commas between",
      },
      { name: "no-forwarder", value: "DOMAINS", summary: "domains that do so no more" },
    ],
    examples: [
      "altmail account prefer ada@example.org --empty-junk 30 --empty-trash never --home var",
      "altmail account prefer ada@example.org --forwarder alumni.example.org,club.example.net --home var",
    ],
    async work({ accounts, directory }, given) {
      const found = await accounts.show(text(given, "address"));
      if (!("account" in found)) return { kind: "refused", sentence: found.sentence };
      const result = await changeWishes(directory, found.account.id, wishesOf(given));
      return "preferences" in result ? done(result.preferences) : result;
    },
    show: (preferences: Preferences) => wishLines(preferences).join("\n"),
  },
  {
    name: "account quota",
    where: "stores",
    access: "content-free",
    summary: "Set how much room an account has for mail",
    description: "What is there stays, also when it is more than that; then nothing new is taken until there is room.",
    arguments: [address, { name: "mib", summary: "the room in MiB, a whole number above 0" }],
    options: [],
    examples: ["altmail account quota ada@example.org 20480 --home var"],
    async work({ accounts, directory, mail }, given) {
      const mib = Number(text(given, "mib"));
      if (!(Number.isSafeInteger(mib * 1024 ** 2) && mib >= 1 && Number.isInteger(mib)))
        return { kind: "refused", sentence: "the room is a whole number of MiB above 0" };
      const found = await accounts.show(text(given, "address"));
      if (!("account" in found)) return { kind: "refused", sentence: found.sentence };
      const outcome = await changeQuota({ directory, mail }, found.account.id, mib * 1024 ** 2);
      return outcome === "set"
        ? done({})
        : { kind: "refused", sentence: "the account is gone: it was deleted meanwhile" };
    },
    show: () => "the new room holds from now on",
  },
];
