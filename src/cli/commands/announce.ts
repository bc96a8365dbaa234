/** Tells all holders something in the operator's words: a change of terms or policy, say (promise W5). */
import { readFile } from "node:fs/promises";
import { systemClock } from "../../host/clock.ts";
import { HostError } from "../../host/host-error.ts";
import { announce, type Announced } from "../../service/notices/announce.ts";
import type { Announcement } from "../../service/notices/notices.ts";
import { done, type Given, type StoreCommand, text } from "../command.ts";

type Words = Announcement["en"];

/** Longer letters are better put on a page, and the letter says where. */
const MOST_SIGNS = 20_000;

export const announceCommands: readonly StoreCommand[] = [
  {
    name: "announce",
    where: "stores",
    access: "content-free",
    summary: "Tell every holder something by mail, in his language: a change of terms or policy",
    description:
      "Each file is plain text in UTF-8: the subject on the first line, an empty line, then paragraphs with an empty line between them. Twenty-five holders are told in a second. Broken off and repeated with the same files within nine days, it tells nobody twice.",
    arguments: [
      { name: "english", summary: "the file with the letter in English" },
      { name: "swedish", summary: "the file with the letter in Swedish" },
    ],
    options: [],
    examples: ["altmail announce terms.en.txt terms.sv.txt --home /var/lib/altmail"],
    async ask(given) {
      const words = { en: await readLetter(text(given, "english")), sv: await readLetter(text(given, "swedish")) };
      return { ...given, words: JSON.stringify(words) } satisfies Given;
    },
    async work({ directory, notices }, given, { signal, progress }) {
      const words = JSON.parse(text(given, "words")) as Announcement;
      return done(await announce(words, { directory, notices, clock: systemClock, signal, progress }));
    },
    show: ({ told, untold }: Announced) =>
      untold === 0
        ? `${told} holders were told`
        : `${told} holders were told; the stores of ${untold} failed: repeat it later`,
  },
];

/** @throws HostError when the file cannot be read or is no letter. */
export async function readLetter(file: string): Promise<Words> {
  let source: string;
  try {
    source = await readFile(file, "utf8");
  } catch (cause) {
    throw new HostError(`${file} cannot be read: give the path of a text file`, { cause });
  }
  const [subject = "", empty = "", ...rest] = source.trimEnd().split(/\r?\n/);
  const paragraphs = rest.join("\n").split(/\n{2,}/);
  if (subject.trim() === "" || empty !== "" || rest.join("").trim() === "")
    throw new HostError(`${file} is no letter: the first line is the subject, then comes an empty line, then the text`);
  if (source.length > MOST_SIGNS)
    throw new HostError(`${file} is longer than ${MOST_SIGNS} signs: put the text on a page`);
  // Lines of a paragraph are set anew, but for those that are indented.
  const set = paragraphs.map((paragraph) => paragraph.replace(/\n(?! )/g, " "));
  return { subject: subject.trim(), paragraphs: set };
}
