/** What a remote host said, or what we found without it: in one line for people, and exactly for programs. */
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { given } from "../notices/letter.ts";

type Spoken = Pick<RemoteReply, "code" | "enhanced" | "words" | "said">;

/** Code, enhanced code where one was said, words. */
export function replyWords({ code, enhanced, words, said }: Spoken): string {
  // Of several lines each repeats the code, which people need once.
  const isRepeated = said === undefined || (said.includes("\n") && said.startsWith(`${enhanced} `));
  const parts = isRepeated ? [code, enhanced, words] : [code, said];
  return given(parts.filter((one) => one !== undefined && one !== "").join(" "));
}

/** The reply as it came, line by line; `undefined`: nobody spoke. */
export function transcriptOf({ code, enhanced, words, said }: Spoken): string | undefined {
  if (code === undefined) return undefined;
  const lines = (said ?? `${enhanced} ${words}`.trim()).split("\n");
  return lines.map((line, n) => `${code}${n < lines.length - 1 ? "-" : " "}${line}`.trimEnd()).join("\n");
}
