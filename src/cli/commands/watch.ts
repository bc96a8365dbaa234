/** The commands on flags of the watch (promise A8). They show counts and times, never where anybody was nor what was written. */
import { CLOSING_WORDS, type FlagLine } from "../../service/watch/watch.ts";
import { done, type StoreCommand, text } from "../command.ts";

const id = { name: "id", summary: "the flag's id, as the list and the mail name it" } as const;
const words = CLOSING_WORDS.join("|");

type Closed = { readonly id: string; readonly resumed: boolean; readonly open: readonly string[] };

const minute = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
const line = ({ id, since, rule, pauses, closed, address, state }: FlagLine): string => {
  const standing = closed === undefined ? "open" : `closed: ${closed.word}`;
  const who = address === undefined ? "an account that is gone" : `${address} (${state})`;
  return `${id}  ${minute(since)}  ${rule}${pauses ? ", paused sending" : ""}  ${standing}  ${who}`;
};

export const watchCommands: readonly StoreCommand[] = [
  {
    name: "watch list",
    where: "stores",
    access: "content-free",
    summary: "List the accounts that the watch flagged; without --all, the open flags",
    description: "Flags are erased with the logs of their day, whether they were looked at or not.",
    arguments: [],
    options: [{ name: "all", summary: "closed flags too" }],
    examples: ["altmail watch list --home var", "altmail watch list --all --json --home var"],
    async work({ watch }, given) {
      const flags = await watch.flags();
      return done(given["all"] === true ? flags : flags.filter(({ closed }) => closed === undefined));
    },
    show: (flags: readonly FlagLine[]) => flags.map(line).join("\n") || "no account is flagged",
  },
  {
    name: "watch show",
    where: "stores",
    access: "content-free",
    summary: "Show what a flag was raised for: counts, and fingerprints of networks",
    description:
      "Fingerprints tell only whether two flags saw the same networks. Whoever must know the addresses reads the logs, through the gate.",
    arguments: [id],
    options: [],
    examples: ["altmail watch show ab12cd34 --home var"],
    async work({ watch }, given) {
      const flag = (await watch.flags()).find((one) => one.id === text(given, "id"));
      return flag === undefined
        ? {
            kind: "refused",
            sentence: "there is no such flag, or it was erased with the logs of its day: see watch list --all",
          }
        : done(flag);
    },
    show: (flag: FlagLine) =>
      [
        line(flag),
        `${flag.rule}: ${flag.meaning}`,
        ...Object.entries(flag.evidence.counts).map(([name, count]) => `${name}: ${count}`),
        `fingerprints of networks: ${flag.evidence.networks.join(" ") || "none"}`,
      ].join("\n"),
  },
  {
    name: "watch close",
    where: "stores",
    access: "content-free",
    summary: "Close a flag with what was found",
    description:
      "The rule then says nothing about that account for a day. To stop sending by hand there is account pause, and account suspend where that is not enough.",
    arguments: [id],
    options: [
      { name: "as", value: words, summary: "what was found" },
      { name: "resume", summary: "let the account send again, if it was paused; its holder is told" },
    ],
    examples: [
      "altmail watch close ab12cd34 --as harmless --resume --home var",
      "altmail watch close ab12cd34 --as taken-over --home var",
    ],
    async work({ watch }, given) {
      const word = CLOSING_WORDS.find((one) => one === given["as"]);
      if (word === undefined) return { kind: "refused", sentence: `say what was found: --as ${words}` };
      const closed = await watch.close(text(given, "id"), word, given["resume"] === true);
      if (closed.kind === "refused") return { kind: "refused", sentence: closed.sentence };
      return done({ id: text(given, "id"), resumed: closed.resumed, open: closed.open } satisfies Closed);
    },
    show: ({ id, resumed, open }: Closed) =>
      [
        `closed ${id}${resumed ? "; the account may send again, and its holder was told" : ""}`,
        ...(open.length === 0 ? [] : [`the account has open flags still: ${open.join(", ")}`]),
      ].join("\n"),
  },
];
