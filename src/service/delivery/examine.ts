/**
 * The examiner of mail from the world: verification, scanners and DNS lists side by side, then one verdict for each account
 * and one reply for all (promises F3 and F6). Every part may be missing. What fails inside speaks against nobody; only a
 * scanner that is to be waited for makes the peer come again.
 */
import type { ListMarks, SiteEvidence, Verdict } from "../../rules/reputation/verdict.ts";
import { verdictField } from "../../rules/reputation/verdict-field.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import type { EditedField } from "../../syntax/message/header-edit.ts";
import { octetsOf } from "../../syntax/message/octets.ts";
import type { DnsLists } from "../defence/dns-lists.ts";
import { verdictReply } from "../defence/verdict-replies.ts";
import type { Examination, Examiner, Letter, Placing } from "./examiner.ts";
import { forgedFields } from "./forged-fields.ts";
import { type Judged, judged, type JudgingOptions } from "./judging.ts";
import { createScans, type Scanned, type ScansOptions } from "./scans.ts";
import { createTakenMail, type TakenMail, type TakenMailOptions } from "./taken-mail.ts";
import { beginOrigin, type OriginOptions, type VerifiedOrigin } from "./verified-origin.ts";

export type ExaminerOptions = OriginOptions &
  ScansOptions &
  JudgingOptions &
  TakenMailOptions & {
    /** Undefined: no list is asked. */
    readonly lists: DnsLists | undefined;
    readonly listMarks: ListMarks;
    /** Ours besides the host's name: who claims to be one of them is not believed. */
    readonly domains: readonly string[];
  };

/** Makes the examiner of one process. */
export function createExaminer(options: ExaminerOptions): Examiner {
  const { lists, listMarks, hostName, domains } = options;
  const scans = createScans(options);
  const takenMail = createTakenMail(options);
  const isForged = forgedFields([hostName, ...domains]);

  const decide = async (
    letter: Letter,
    accounts: readonly AccountId[],
    origin: VerifiedOrigin,
    scanned: Scanned,
    listed: SiteEvidence["lists"],
  ): Promise<Examination> => {
    const later = scans.deferral(scanned, letter.envelope.session);
    if (later !== undefined) return { kind: "refused", reply: later };
    const site: SiteEvidence = { origin: origin.origin, ...scanned, lists: listed, listMarks };
    const found = await judged(options, letter, origin, site, accounts);
    const refusal = refusalOf(takenMail, letter, origin, found);
    if (refusal !== undefined) return refusal;
    return {
      kind: "taken",
      fields: octetsOf(origin.field + scans.fields(scanned).map(rawOf).join("")),
      isForged,
      each: accounts.map((account, at) => placing(account, found.verdicts[at])),
      isSenderVerified: origin.isSenderVerified,
      accepted() {
        const { authentication } = origin;
        if (authentication === undefined) return;
        takenMail.note(letter, authentication, found.judgements.map(withoutRefusal));
        takenMail.read(letter, authentication, accounts);
      },
    };
  };

  return {
    begin(envelope) {
      const originOf = beginOrigin(options, envelope);
      const asked = lists?.ask(envelope.peerAddress) ?? [];
      return {
        async examine(letter, recipients) {
          const [origin, scanned, listed] = await Promise.all([originOf(letter), scans.ask(letter, recipients), asked]);
          const accounts = [...new Set(recipients.map(({ account }) => accountId(account)))];
          return decide(letter, accounts, origin, scanned, listed);
        },
      };
    },
  };
}

/** Verdicts are agreed: when one says that the message is not taken, all do. */
function refusalOf(
  takenMail: TakenMail,
  letter: Letter,
  { authentication }: VerifiedOrigin,
  { verdicts, judgements }: Judged,
): Examination | undefined {
  const [first] = verdicts;
  const reply = first && verdictReply(first);
  if (reply === undefined) return undefined;
  // What comes again is noted when it has come.
  if (authentication !== undefined && first?.kind === "refuse")
    takenMail.note(letter, authentication, first.rule === "policy" ? judgements : []);
  return { kind: "refused", reply };
}

/** Where the message was taken nobody refused it. */
function withoutRefusal(one: Judged["judgements"][number]): Judged["judgements"][number] {
  return one.kind === "refuse" ? { kind: "junk", reason: one.reason } : one;
}

function placing(account: AccountId, verdict: Verdict | undefined): Placing {
  const field = verdict && verdictField(verdict);
  if (verdict === undefined || field === undefined) throw new Error("a message is taken for all accounts or for none");
  return { account, into: verdict.kind === "junk" ? "\\Junk" : "INBOX", field: octetsOf(field.raw) };
}

const rawOf = ({ raw }: EditedField): string => raw;
