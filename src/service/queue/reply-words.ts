/** What a remote host said, or what we found: in one line for people, and exactly for programs. How TLS was with it. */
import type { Language } from "../../store/directory.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { given } from "../notices/letter.ts";
import { wordsIn } from "./findings.ts";

type Spoken = Pick<RemoteReply, "code" | "enhanced" | "words" | "finding" | "said">;

/** Code, enhanced code where one was said, words; our own in this language, which is English for operators. */
export function replyWords(reply: Spoken, language: Language = "en"): string {
  const { code, enhanced, said } = reply;
  const words = wordsIn(language, reply);
  // Of several lines each repeats the code, which people need once.
  const isRepeated = said === undefined || (said.includes("\n") && said.startsWith(`${enhanced} `));
  const parts = isRepeated ? [code, enhanced, words] : [code, said];
  return given(parts.filter((one) => one !== undefined && one !== "").join(" "));
}

type Verified = "authority" | "dane";
const verified: Readonly<Record<Verified, Readonly<Record<Language, string>>>> = {
  authority: { en: "certificate verified by an authority", sv: "certifikatet bekräftat av en utfärdare" },
  dane: { en: "certificate verified by DANE", sv: "certifikatet bekräftat genom DANE" },
};

/** As it stands in `tls` of a reply. */
export const verifiedBy = (how: Verified): string => verified[how].en;

/** What TLS agreed on (`tls` of a reply), in this language. */
export function tlsWords(tls: string, language: Language): string {
  return Object.values(verified).reduce((text, words) => text.replace(words.en, words[language]), tls);
}

/** What the host said means something else to us: its own words stay what they are. */
export function restated(reply: RemoteReply, enhanced: string): RemoteReply {
  if (reply.code === undefined) return { ...reply, enhanced };
  return { ...reply, enhanced, said: reply.said ?? `${reply.enhanced} ${reply.words}`.trim() };
}

/** For now, where the words say for good: what stands between us and the host is no word on the message. */
export const temporarily = (reply: RemoteReply): RemoteReply => restated(reply, reply.enhanced.replace(/^5/, "4"));

/** The reply as it came, line by line; `undefined`: nobody spoke. */
export function transcriptOf({ code, enhanced, words, said }: Spoken): string | undefined {
  if (code === undefined) return undefined;
  const lines = (said ?? `${enhanced} ${words}`.trim()).split("\n");
  return lines.map((line, n) => `${code}${n < lines.length - 1 ? "-" : " "}${line}`.trimEnd()).join("\n");
}
