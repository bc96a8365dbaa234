/** What the peer is told of a message that is not taken, or not yet: the reason in words, so that good senders can mend it. */
import type { Verdict, VerdictRule } from "../../rules/reputation/verdict.ts";
import type { Reply } from "../delivery/inbound.ts";

/** RFC 3463 section 3.8: X.7.1 is delivery not authorized, message refused. */
const REFUSED = "5.7.1";
const LATER = "4.7.1";
/** RFC 5321 section 4.5.3.1.5: a reply line has 512 octets. */
const MAX_REASON = 300;

/** `undefined` when the message is taken. */
export function verdictReply(verdict: Verdict): Reply | undefined {
  switch (verdict.kind) {
    case "inbox":
    case "junk":
      return undefined;
    case "refuse":
      return {
        code: 554,
        enhanced: REFUSED,
        text: `The message is refused: ${plain(verdict.reason)}${ADVICE[verdict.rule] ?? ""}`,
      };
    case "greylist":
      return {
        code: 451,
        enhanced: LATER,
        text: "This is a first contact and your host is not known here; try again in five minutes",
      };
  }
}

const ADVICE: Readonly<Partial<Record<VerdictRule, string>>> = {
  policy: "; send it by a host that the domain of its author names, or signed by it",
  "dns-lists": "; ask whoever runs your host to have it taken off the list",
};

function plain(reason: string): string {
  return reason.slice(0, MAX_REASON).replaceAll(/[^ -~]/g, "_");
}
