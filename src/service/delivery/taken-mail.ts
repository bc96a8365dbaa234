/**
 * What is made of a message besides its delivery, once it is settled: a note for the report on its author's domain, and,
 * where it brings a report of others to the operator, the operator's sums. No mail waits for either, and no delivery fails
 * by it.
 */
import type { Clock } from "../../host/clock.ts";
import { MINUTE } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Authentication } from "../../rules/authentication/authentication.ts";
import type { Judgement } from "../../rules/authentication/judge.ts";
import { noteOf } from "../../rules/dmarc-report/note-of.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { DmarcResultCounter } from "../dmarc-reports/result-counter.ts";
import type { ReportIntake } from "../received-reports/report-intake.ts";
import type { Letter } from "./examiner.ts";
import { failureOf } from "./verdict.ts";

export type TakenMailOptions = {
  readonly counter: Pick<DmarcResultCounter, "note"> | undefined;
  readonly reports: ReportIntake | undefined;
  readonly directory: Pick<Directory, "byAddress">;
  /** Whose mail brings reports: those to postmaster of our domains. */
  readonly operator: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
};

export interface TakenMail {
  /** Notes what DMARC came to, once a message that was taken or refused for good. */
  note(letter: Letter, authentication: Authentication, judgements: readonly Judgement[]): void;
  /** Takes a report out of a message that was taken. Returns at once. */
  read(letter: Letter, authentication: Authentication, accounts: readonly AccountId[]): void;
}

/** Another account becomes the operator's once in years. */
const KNOWN_MS: number = 5 * MINUTE;

export function createTakenMail(options: TakenMailOptions): TakenMail {
  const { counter, reports, directory, operator, clock, log } = options;
  let known: { readonly account: AccountId | undefined; readonly until: number } | undefined;

  const operatorOf = async (): Promise<AccountId | undefined> => {
    if (operator === undefined) return undefined;
    if (known !== undefined && known.until > clock.now()) return known.account;
    const account = (await directory.byAddress(operator))?.id;
    known = { account, until: clock.now() + KNOWN_MS };
    return account;
  };

  const readIfReport = async (
    message: Uint8Array,
    author: string,
    accounts: readonly AccountId[],
    intake: ReportIntake,
  ): Promise<void> => {
    try {
      const reader = await operatorOf();
      if (reader !== undefined && accounts.includes(reader)) await intake.take({ message, author });
    } catch (error) {
      log("delivery.failed", { step: "report", code: failureOf(error), account: undefined, delivery: undefined });
    }
  };

  return {
    note({ fields }, authentication, judgements) {
      if (counter === undefined) return;
      const { spf } = authentication;
      const noted = noteOf({
        authentication,
        envelopeFrom: spf.scope === "mailfrom" ? spf.domain : "",
        judgements,
        subject: fields.find(({ name }) => name === "subject")?.value ?? "",
      });
      if (noted !== undefined) counter.note(noted);
    },
    read({ content: { bytes } }, { dmarc }, accounts) {
      if (reports === undefined || bytes === undefined || dmarc.result !== "pass") return;
      void readIfReport(bytes, dmarc.domain, accounts, reports);
    },
  };
}
