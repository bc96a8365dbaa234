/**
 * What becomes of mail that account holders submit: `Submission` as submission.ts describes it.
 *
 * At MAIL the account must be one that may send, and the sender one of its addresses. At RCPT its limits are asked. When
 * the message is whole, account and sender are asked again, its header is checked and edited, the message is counted,
 * signed, shown to the scanners, and handed to the queue; only then 250 is said. What fails on the way leaves nothing behind, and the client is told to try
 * again.
 */
import { senderReply } from "../../rules/subscription/words.ts";
import { asciiDomain, ownsSender } from "./address-forms.ts";
import { MailDraft } from "./mail-draft.ts";
import * as refusals from "./refusals.ts";
import { type Submission, submissionReply } from "./submission.ts";
import type { SubmissionServices } from "./submission-services.ts";

export function createSubmission(services: SubmissionServices): Submission {
  const { directory, log } = services;
  return {
    async mail(submitter, envelope) {
      try {
        const account = await directory.byId(submitter.account);
        const refusal = refusals.refusalOf(account);
        if (account === undefined || refusal !== undefined) return refusal ?? refusals.closed;
        const unpaid = services.allowance && senderReply(await services.allowance(account.id));
        if (unpaid !== undefined) return submissionReply(unpaid.code, unpaid.enhanced, unpaid.text);
        const identity = { primary: account.primary, aliases: await directory.aliases(account.id) };
        const sender = envelope.sender && asciiDomain(envelope.sender);
        if (!ownsSender(identity, sender)) return refusals.notYours(identity);
        return await MailDraft.open(services, { submitter, account, identity, envelope: { ...envelope, sender } });
      } catch (error) {
        return refusals.failed(log, "mail", error, submitter);
      }
    },
  };
}
