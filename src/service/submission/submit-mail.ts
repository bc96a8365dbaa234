/**
 * What becomes of mail that account holders submit: `Submission` as submission.ts describes it.
 *
 * At MAIL the account must be one that may send, and the sender one of its addresses. At RCPT its limits are asked. When
 * the message is whole, account and sender are asked again, its header is checked and edited, the message is counted,
 * signed, shown to the scanners, who take so long that the account is asked for once more, and handed to the queue; only then
 * 250 is said. What fails on the way leaves nothing behind, and the client is told to try again.
 */
import { senderReply } from "../../rules/subscription/words.ts";
import { asciiDomain } from "./address-forms.ts";
import { MailDraft } from "./mail-draft.ts";
import * as refusals from "./refusals.ts";
import { sendingAccount } from "./sending-account.ts";
import { type Submission, submissionReply } from "./submission.ts";
import type { SubmissionServices } from "./submission-services.ts";

export function createSubmission(services: SubmissionServices): Submission {
  const { directory, log } = services;
  return {
    async mail(submitter, envelope) {
      try {
        const sender = envelope.sender && asciiDomain(envelope.sender);
        const found = await sendingAccount(directory, submitter.account, sender);
        if ("code" in found) return found;
        const unpaid = services.allowance && senderReply(await services.allowance(submitter.account));
        if (unpaid !== undefined) return submissionReply(unpaid.code, unpaid.enhanced, unpaid.text);
        return await MailDraft.open(services, { ...found, submitter, envelope: { ...envelope, sender } });
      } catch (error) {
        return refusals.failed(log, "mail", error, submitter);
      }
    },
  };
}
