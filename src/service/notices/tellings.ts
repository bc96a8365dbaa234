/** Every notice and how it is told, by its kind. */
import { accountClosing } from "./account-closing.ts";
import { accountFlagged } from "./account-flagged.ts";
import { announcement } from "./announcement.ts";
import { backupFailed } from "./backup-failed.ts";
import { barRunning } from "./bar-running.ts";
import { billingTold } from "./billing-told.ts";
import { chainHead } from "./chain-head.ts";
import { closeAccountLink } from "./close-account-link.ts";
import { codesTried } from "./codes-tried.ts";
import { confirmRecovery } from "./confirm-recovery.ts";
import { contractMade } from "./contract-made.ts";
import type { Language } from "../../store/directory.ts";
import type { Letter, Sender, Telling } from "./letter.ts";
import { mailboxFull } from "./mailbox-full.ts";
import { mailboxNearlyFull } from "./mailbox-nearly-full.ts";
import { mailRestored } from "./mail-restored.ts";
import { mailUndelivered } from "./mail-undelivered.ts";
import { newClient } from "./new-client.ts";
import type { HolderNotice, OperatorNotice, OutsideNotice } from "./notices.ts";
import { passwordChanged } from "./password-changed.ts";
import { recoveryAddressChanged } from "./recovery-address-changed.ts";
import { resetLink } from "./reset-link.ts";
import { retentionRed } from "./retention-red.ts";
import { secondStepChanged } from "./second-step-changed.ts";
import { sendingPaused } from "./sending-paused.ts";
import { sendingResumed } from "./sending-resumed.ts";
import { staffAccess } from "./staff-access.ts";

type Notice = HolderNotice | OperatorNotice | OutsideNotice;
type Tellings = { readonly [K in Notice["kind"]]: Telling<Extract<Notice, { readonly kind: K }>> };

const TELLINGS: Tellings = {
  "staff-access": staffAccess,
  "mail-restored": mailRestored,
  "sending-paused": sendingPaused,
  "sending-resumed": sendingResumed,
  "mailbox-nearly-full": mailboxNearlyFull,
  "mailbox-full": mailboxFull,
  "password-changed": passwordChanged,
  "second-step-changed": secondStepChanged,
  "codes-tried": codesTried,
  "recovery-address-changed": recoveryAddressChanged,
  "new-client": newClient,
  "close-account-link": closeAccountLink,
  "confirm-recovery": confirmRecovery,
  "reset-link": resetLink,
  "account-closing": accountClosing,
  "mail-undelivered": mailUndelivered,
  billing: billingTold,
  "contract-made": contractMade,
  announcement,
  "account-flagged": accountFlagged,
  "bar-running": barRunning,
  "backup-failed": backupFailed,
  "retention-red": retentionRed,
  "chain-head": chainHead,
};

export function letterOf(notice: Notice, language: Language, sender: Sender): Letter {
  // The row of a kind takes notices of that kind: what the compiler cannot follow through the index.
  const telling = TELLINGS[notice.kind] as Telling<Notice>;
  return telling[language](notice, sender);
}
