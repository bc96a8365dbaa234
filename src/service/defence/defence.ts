/**
 * The built-in defence of one process: joins what authentication, scanners and DNS lists found with what each account has
 * learned, and gives each recipient's verdict; learns from mail that its holder moves, answers or writes.
 *
 * It never loses mail and never stops it: when the memory cannot be read or written, the verdict is made without it. Only
 * the holder's own memory is asked for the holder's verdict.
 */
import type { Clock } from "../../host/clock.ts";
import { type ContactState, contactOf, contactState } from "../../rules/reputation/greylist.ts";
import { estimate, LEAST_LESSONS } from "../../rules/reputation/bayes.ts";
import type { Origin } from "../../rules/reputation/origin.ts";
import { identitiesOf, standingOf } from "../../rules/reputation/standing.ts";
import {
  type AccountEvidence,
  agreed,
  type PolicyWord,
  type SiteEvidence,
  type Verdict,
  verdictOf,
} from "../../rules/reputation/verdict.ts";
import { type MailText, wordsOf } from "../../rules/reputation/words.ts";
import type { DefenceMemory, Holdings, LessonCounts, Written } from "../../store/defence-memory.ts";
import type { AccountId } from "../../store/ids.ts";
import { failureOf } from "../delivery/verdict.ts";
import type { DefenceLog } from "./defence-log.ts";

/** A message that arrives, the same for all recipients. */
export type ArrivedMail = {
  /** Envelope sender; empty for the null path. */
  readonly sender: string;
  /** Addresses of From (authorsOf). Of several none can be told from the others: such mail is from nobody who is known. */
  readonly authors: readonly string[];
  readonly text: MailText;
  readonly site: SiteEvidence;
  readonly session: string;
};

/** One recipient, and what authentication asks for there (`judge`). */
export type ArrivedFor = { readonly account: AccountId; readonly policy: PolicyWord };

/** A message that its holder speaks about. */
export type TaughtMail = {
  /** Tells it from others: its email id. */
  readonly message: string;
  readonly authors: readonly string[];
  readonly text: MailText;
  /** From our own Authentication-Results field (originOfField); undefined when there is none: then words alone teach. */
  readonly origin: Origin | undefined;
};

/** As `DefenceMemory.learn`. */
export type Learning = "learned" | "changed" | "unchanged" | "off" | "failed";

export interface Defence {
  /** One verdict for each recipient, already agreed on one reply. Never rejects. */
  judge(mail: ArrivedMail, recipients: readonly ArrivedFor[]): Promise<readonly Verdict[]>;
  /**
   * The holder called the mail wanted (moved it out of Junk, answered it) or unwanted (moved it into Junk). Never rejects;
   * `failed`: it is not known whether the holder has switched the memory off.
   */
  learn(account: AccountId, mail: TaughtMail, kind: keyof LessonCounts): Promise<Learning>;
  /** Holders have written to these addresses (canonical, lower case). Never rejects; a power cut may take it back. */
  wrote(written: readonly Written[]): Promise<void>;
  /** "What we hold". @throws StoreError */
  holdings(account: AccountId): Promise<Holdings>;
  /** @throws StoreError */
  clear(account: AccountId): Promise<void>;
  /** @throws StoreError */
  setOn(account: AccountId, isOn: boolean): Promise<void>;
}

export type DefenceOptions = { readonly memory: DefenceMemory; readonly clock: Clock; readonly log: DefenceLog };

export function createDefence({ memory, clock, log }: DefenceOptions): Defence {
  /** Goes on without a step that fails. */
  const attempt = async <T>(
    step: string,
    account: AccountId | undefined,
    work: () => Promise<T>,
  ): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      log("defence.failed", { step, code: failureOf(error), account });
      return undefined;
    }
  };

  const recall = async (
    mail: ArrivedMail,
    words: () => readonly string[],
    account: AccountId,
  ): Promise<AccountEvidence | undefined> => {
    const { origin } = mail.site;
    const identities = identitiesOf(origin, soleAuthor(mail.authors)[0]);
    const question = {
      authors: soleAuthor(mail.authors),
      names: identities.map(({ name }) => name),
      words,
      leastLessons: LEAST_LESSONS,
      contact: contactOf(origin, mail.sender),
    };
    const known = await attempt("recall", account, () => memory.recall(account, question));
    return (
      known && {
        isCorrespondent: known.isCorrespondent,
        standing: standingOf(identities, known.names),
        words: estimate(known.words, known.lessons),
        contact: contactState(known.contact, known.hasRoom, clock.now()),
      }
    );
  };

  /** Remembers who was asked to come again and who has; false where it could not be. */
  const noteContact = async (mail: ArrivedMail, account: AccountId, state: ContactState): Promise<boolean> => {
    const contact = contactOf(mail.site.origin, mail.sender);
    const now = clock.now();
    if (state === "new")
      return (await attempt("contact", account, () => memory.addContact(account, contact, now))) ?? false;
    if (state === "again") await attempt("contact", account, () => memory.passContact(account, contact, now));
    return true;
  };

  /** What cannot be remembered is not asked for: whoever comes again would be asked for ever. */
  const remembered = async (
    mail: ArrivedMail,
    recipients: readonly ArrivedFor[],
    states: readonly (ContactState | undefined)[],
    verdicts: readonly Verdict[],
  ): Promise<readonly Verdict[]> => {
    const noted = await Promise.all(
      recipients.map(async ({ account }, at) => {
        const state = states[at];
        const isAsked = verdicts[at]?.kind === "greylist";
        return state === undefined || (state === "new" && !isAsked) || (await noteContact(mail, account, state));
      }),
    );
    if (noted.every(Boolean)) return verdicts;
    return verdicts.map((one) => (one.kind === "greylist" ? one.otherwise : one));
  };

  return {
    async judge(mail, recipients) {
      // Made once, for the first account that has learned enough; most never have.
      let made: readonly string[] | undefined;
      const words = (): readonly string[] => (made ??= wordsOf(mail.text));
      const known = await Promise.all(recipients.map(({ account }) => recall(mail, words, account)));
      const wished = agreed(
        recipients.map(({ policy }, at) => verdictOf({ site: mail.site, policy, account: known[at] })),
      );
      const states = known.map((evidence) => evidence?.contact);
      const verdicts = await remembered(mail, recipients, states, wished);
      for (const [at, { kind, rule, reason }] of verdicts.entries()) {
        const account = recipients[at]?.account;
        log("defence.verdict", { session: mail.session, account, verdict: kind, rule, reason });
      }
      return verdicts;
    },

    async learn(account, { message, authors, text, origin }, kind) {
      const names = origin === undefined ? [] : identitiesOf(origin, soleAuthor(authors)[0]).map(({ name }) => name);
      const lesson = { kind, message, names, words: wordsOf(text) };
      const result = await attempt("learn", account, () => memory.learn(account, lesson, clock.now()));
      if (result === undefined) return "failed";
      log("defence.learned", { account, lesson: kind, result });
      // Who is forged is not made known by it.
      if (kind === "wanted" && result !== "unchanged" && origin?.isAuthorVerified === true)
        await attempt("correspondents", account, () =>
          memory.addCorrespondents(account, soleAuthor(authors), clock.now()),
        );
      return result;
    },

    async wrote(written) {
      const sole = written.length === 1 ? written[0]?.account : undefined;
      await attempt("correspondents", sole, () => memory.noteWritten(written, clock.now()));
    },

    holdings: (account) => memory.holdings(account),
    clear: (account) => memory.clear(account),
    setOn: (account, isOn) => memory.setOn(account, isOn),
  };
}

/** Who is one of several authors cannot be told from the others. */
function soleAuthor(authors: readonly string[]): readonly string[] {
  return authors.length === 1 ? authors : [];
}
