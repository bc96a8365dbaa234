/**
 * What the terminal of a lab shows of a message that has left: a short block of lines. All of it is a sender's, so
 * nothing gets through that a terminal would obey or that would turn the order of what stands beside it.
 */
import { decodeWords } from "../syntax/message/encoded-words.ts";
import { headerFields } from "../syntax/message/header-fields.ts";

export type Caught = {
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly bytes: number;
  /** The beginning of the message; its header, if that is not larger. */
  readonly beginning: Uint8Array;
  /** Epoch milliseconds. */
  readonly time: number;
};

const MOST_SIGNS = 100;
const MOST_RECIPIENTS = 3;
const MOST_SIGNATURES = 8;
const KiB = 1024;

export function describeCaught({ sender, recipients, bytes, beginning, time }: Caught): string {
  const fields = headerFields(beginning);
  const subject = fields.find(({ name }) => name === "subject")?.value ?? "";
  const signatures = fields.filter(({ name }) => name === "dkim-signature").slice(0, MOST_SIGNATURES);
  const byDomain = Map.groupBy(signatures, ({ value }) => tag(value, "d"));
  const signers = [...byDomain].map(
    ([domain, ones]) => `${ones.map(({ value }) => tag(value, "s")).join(" and ")} of ${domain}`,
  );
  const to = recipients.slice(0, MOST_RECIPIENTS).map(visible).join(", ");
  const more = recipients.length > MOST_RECIPIENTS ? ` and ${recipients.length - MOST_RECIPIENTS} more` : "";
  const size = bytes < KiB ? `${bytes} octets` : `${(bytes / KiB).toFixed(1)} KiB`;
  return `
${new Date(time).toTimeString().slice(0, 8)}  left for the world: ${size}, ${signers.length === 0 ? "not signed" : `signed by ${signers.join(", ")}`}
  from     ${sender === "" ? "<> (nobody, as reports are)" : visible(sender)}
  to       ${to}${more}
  subject  ${visible(decodeWords(subject))}
`;
}

/** RFC 6376 section 3.2. */
function tag(signature: string, name: string): string {
  const found = new RegExp(`(?:^|;)\\s*${name}\\s*=([^;]*)`).exec(signature);
  return visible((found?.[1] ?? "").replace(/\s/g, ""));
}

/** One line, not long, without control and format characters. */
function visible(text: string): string {
  const line = text
    .slice(0, 8 * MOST_SIGNS)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ")
    .replace(/\p{Cf}/gu, "")
    .trim();
  const signs = Array.from(line);
  return signs.length > MOST_SIGNS ? `${signs.slice(0, MOST_SIGNS - 3).join("")}...` : line;
}
