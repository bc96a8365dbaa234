/** What a remote host said, or what we found without it, in one line: code, enhanced code, words. */
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { given } from "../notices/letter.ts";

export function replyWords({ code, enhanced, words }: Pick<RemoteReply, "code" | "enhanced" | "words">): string {
  return given([code, enhanced, words].filter((one) => one !== undefined && one !== "").join(" "));
}
