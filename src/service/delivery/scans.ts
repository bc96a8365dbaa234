/**
 * What the scanners say of an arriving message (promise F3), and what is made of their silence: mail that a scanner gave no
 * word about is asked to come again, or goes on with a mark, as the settings say for each kind.
 */
import type { Log } from "../../host/events/events.ts";
import type { SpamMarks, SpamVerdict, VirusVerdict } from "../../rules/scan-verdict.ts";
import { spamFields, virusFields } from "../../rules/spam-header.ts";
import { accountId } from "../../store/ids.ts";
import type { EditedField } from "../../syntax/message/header-edit.ts";
import type { Letter } from "./examiner.ts";
import type { MailToScan, SpamScanner, VirusScanner } from "./inbound-scanner.ts";
import type { Recipient, Reply } from "./inbound.ts";
import { notScanned } from "./verdict.ts";

export type WhenSilent = "defer" | "pass";

export type ScansOptions = {
  readonly spam: SpamScanner | undefined;
  readonly virus: VirusScanner | undefined;
  readonly marks: SpamMarks;
  readonly whenSilent: { readonly spam: WhenSilent; readonly virus: WhenSilent };
  readonly log: Log;
};

/** `undefined`: there is no such scanner. */
export type Scanned = { readonly spam: SpamVerdict | undefined; readonly virus: VirusVerdict | undefined };

export interface Scans {
  /** Both at once. Never rejects. */
  ask(letter: Letter, recipients: readonly Recipient[]): Promise<Scanned>;
  /** The reply to a message that is to come again because a scanner is silent. */
  deferral(scanned: Scanned, session: string): Reply | undefined;
  /** Tells the holder what was found. */
  fields(scanned: Scanned): readonly EditedField[];
}

export function createScans({ spam, virus, marks, whenSilent, log }: ScansOptions): Scans {
  return {
    async ask(letter, recipients) {
      const [spamWord, virusWord] = await Promise.all([
        spam?.scan(mailToScan(letter, recipients), marks),
        virus?.scan(letter.content),
      ]);
      return { spam: spamWord, virus: virusWord };
    },

    deferral(scanned, session) {
      const silence = (kind: "spam" | "virus", scanner: string | undefined): boolean => {
        const word = scanned[kind];
        if (word?.kind !== "unavailable") return false;
        log("scan.unavailable", { session, scanner: scanner ?? kind, kind, why: word.why, action: whenSilent[kind] });
        return whenSilent[kind] === "defer";
      };
      const silent = [silence("virus", virus?.name), silence("spam", spam?.name)];
      if (silent[0] === true) return notScanned("viruses");
      return silent[1] === true ? notScanned("spam") : undefined;
    },

    fields: (scanned) => [
      ...(scanned.spam === undefined || spam === undefined ? [] : spamFields(scanned.spam, marks, spam.name)),
      ...(scanned.virus === undefined || virus === undefined ? [] : virusFields(scanned.virus, virus.name)),
    ],
  };
}

function mailToScan({ envelope, id, content }: Letter, recipients: readonly Recipient[]): MailToScan {
  const [first, ...others] = new Set(recipients.map(({ account }) => accountId(account)));
  return {
    content,
    sender: envelope.sender,
    recipients: recipients.map(({ address }) => address),
    peer: { address: envelope.peerAddress, helo: envelope.helo },
    id,
    // What one person has taught is nobody else's.
    user: others.length === 0 ? first : undefined,
  };
}
