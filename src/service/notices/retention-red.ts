/** For the operator: something is kept for longer than promised, or nobody knows what it is. */
import { dateWords } from "./date-words.ts";
import { given, type Telling } from "./letter.ts";
import type { OperatorNotice } from "./notices.ts";

type RetentionRed = Extract<OperatorNotice, { readonly kind: "retention-red" }>;

/** Findings that a mail lists; the command shows all. */
const MOST = 20;

const listed = (findings: readonly string[]): string =>
  findings
    .slice(0, MOST)
    .map((finding) => `- ${given(finding)}`)
    .join("\n");

export const retentionRed: Telling<RetentionRed> = {
  en: ({ at, findings }) => ({
    subject: "Something is kept for longer than promised",
    paragraphs: [
      `The retention audit of ${dateWords(at, "en")} is red. It has ${findings.length} findings:`,
      listed(findings),
      "Holders were promised that this does not happen. Look at all of it:\n    altmail retention audit",
    ],
  }),
  sv: ({ at, findings }) => ({
    subject: "Något sparas längre än vi har lovat",
    paragraphs: [
      `Granskningen av lagringstider ${dateWords(at, "sv")} är röd. Antal fynd: ${findings.length}. De lyder (på engelska):`,
      listed(findings),
      "Innehavarna har fått löfte om att detta inte händer. Titta på alltihop:\n    altmail retention audit",
    ],
  }),
};
