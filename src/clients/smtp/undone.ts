/**
 * Why a host has not got a message, over all its addresses. An address that cannot have this one message says nothing
 * against others for the host: nobody else's mail may rest for it.
 */
import { temporarily } from "../../service/queue/reply-words.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";

export type Undone =
  /** `unreached`: no word on the message. `later`: it cannot have this message now. `unfit`: nor ever. */
  { readonly kind: "unreached" | "later" | "unfit"; readonly reply: RemoteReply };

/** What came of one address. `refused`: it takes nothing of us, ever, whatever the message. */
export type Failed = Undone | { readonly kind: "refused"; readonly reply: RemoteReply };

/** Sums up; `undefined` where there was no address. Where one may do later what the others never will, it is not over. */
export function together(failures: readonly Failed[]): Undone | undefined {
  const last = (kind: Failed["kind"]): RemoteReply | undefined => failures.findLast((one) => one.kind === kind)?.reply;
  const [later, unreached, unfit, refused] = [last("later"), last("unreached"), last("unfit"), last("refused")];
  if (later !== undefined) return { kind: "later", reply: later };
  if (unreached !== undefined) {
    if (unfit === undefined) return { kind: "unreached", reply: unreached };
    // What a host says may ask something of us; else what the sender can mend is told.
    return { kind: "later", reply: unreached.code === undefined ? temporarily(unfit) : unreached };
  }
  const never = unfit ?? refused;
  return never === undefined ? undefined : { kind: "unfit", reply: never };
}
