/**
 * The last letter to the holder of an account that is deleted while mail of it was on its way: whom the last try did not
 * reach. To the confirmed recovery address, for the account itself can be told nothing more. What other hosts said is left
 * out but for its codes: their words may name an address of the account (promise A6).
 */
import type { Credentials } from "../../store/credentials.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import { given } from "../notices/letter.ts";
import type { Announcement } from "../notices/notices.ts";
import type { PostOutside } from "../recovery/outside-letters.ts";
import type { Undelivered } from "./accounts.ts";

/** Fulfils when the letter is durable in the queue, or was before, or when nobody is to be told. @throws StoreError */
export type TellUndelivered = (account: AccountId, undelivered: readonly Undelivered[]) => Promise<void>;

/** A letter that can be read; who sent to more knows whom. */
const MOST_LINES = 200;

export function createTellUndelivered({
  directory,
  credentials,
  post,
}: {
  readonly directory: Pick<Directory, "byId">;
  readonly credentials: Pick<Credentials, "recoveryAddress">;
  readonly post: PostOutside;
}): TellUndelivered {
  return async (id, undelivered) => {
    const [account, recovery] = [await directory.byId(id), await credentials.recoveryAddress(id)];
    if (undelivered.length === 0 || account === undefined || recovery?.verified !== true) return;
    const notice = { kind: "announcement", words: wordsOf(undelivered) } as const;
    await post({ to: recovery.address, language: account.language, notice, occasion: `undelivered ${id}` });
  };
}

function wordsOf(undelivered: readonly Undelivered[]): Announcement {
  const lines = undelivered.slice(0, MOST_LINES).map(lineOf);
  const left = undelivered.length - lines.length;
  const list = (more: string): string => [...lines, ...(left > 0 ? [`  ${more}`] : [])].join("\n");
  return {
    en: {
      subject: "Mail of yours that did not arrive",
      paragraphs: [
        "Hello,",
        "when your account was closed, mail that you had sent was still on its way. Each recipient got one last try. These had not taken it when the try ended, and there is no other:",
        list(`and ${left} more`),
        "No copy of that mail is left here. If it matters to you, write to them from another address. This list is kept nowhere, so nobody can tell you more.",
      ],
    },
    sv: {
      subject: "Brev från dig som inte kom fram",
      paragraphs: [
        "Hej!",
        "När ditt konto avslutades var brev som du hade skickat ännu på väg. För varje mottagare gjordes ett sista försök. De här hade inte tagit emot när försöket var slut, och det blir inget mer:",
        list(`och ${left} till`),
        "Ingen kopia av breven finns kvar här. Om det är viktigt för dig, skriv till dem från en annan adress. Listan sparas ingenstans, så ingen kan berätta mer.",
      ],
    },
  };
}

/** With the codes of the last reply (RFC 5321 section 4.2, RFC 3463 section 2), where there are any. */
function lineOf({ recipient, lastReply = "" }: Undelivered): string {
  const [codes = ""] = /^(?:[45]\d\d\b ?)?(?:[45]\.\d{1,3}\.\d{1,3}\b)?/.exec(lastReply) ?? [];
  return codes === "" ? `  ${given(recipient)}` : `  ${given(recipient)} (${codes.trim()})`;
}
