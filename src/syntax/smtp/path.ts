/**
 * The arguments of MAIL and RCPT: `FROM:<path>` (RFC 5321 section 4.1.1.2) and `TO:<path>` (RFC 5321 section 4.1.1.3)
 * with their parameters, in the grammar of RFC 5321 section 4.1.2. Source routes are read and dropped, as its
 * appendix C asks. The grammar is kept strictly: no space stands after the colon, and the angle brackets are there.
 */
import { type Address, isDomain, readAddress } from "./address.ts";
import { type MailParameters, parseMailParameters, parseRcptParameters, type RcptParameters } from "./parameters.ts";
import { type Wrong, wrong } from "./wrong.ts";

/** RFC 5321 section 4.5.3.1.3 asks for 256 at least; ours fits the longest address. */
const MAX_PATH = 1024;

export type MailCommand = {
  readonly kind: "mail";
  /** `undefined` for the null path `<>`. */
  readonly sender: Address | undefined;
  readonly parameters: MailParameters;
};
export type RcptCommand = {
  readonly kind: "rcpt";
  /** `undefined` for `<postmaster>` without a domain (RFC 5321 section 4.5.1). */
  readonly recipient: Address | undefined;
  readonly parameters: RcptParameters;
};

/** Reads what follows `MAIL`. */
export function parseMail(argument: string): MailCommand | Wrong {
  const rest = after(argument, "FROM:");
  if (rest === undefined) return wrong(501, "5.5.4", "Write MAIL FROM:<address>, without a space after the colon");
  const path = /^<>(?=[ \t]|$)/.test(rest) ? { address: undefined, end: 2 } : readPath(rest);
  if (path === undefined) return wrong(501, "5.1.7", "The sender is not an address in angle brackets");
  const parameters = parseMailParameters(rest.slice(path.end).trim());
  return "kind" in parameters ? parameters : { kind: "mail", sender: path.address, parameters };
}

/** Reads what follows `RCPT`. */
export function parseRcpt(argument: string): RcptCommand | Wrong {
  const rest = after(argument, "TO:");
  if (rest === undefined) return wrong(501, "5.5.4", "Write RCPT TO:<address>, without a space after the colon");
  const bare = /^<postmaster>(?=[ \t]|$)/i.exec(rest);
  const path = bare === null ? readPath(rest) : { address: undefined, end: bare[0].length };
  if (path === undefined) return wrong(501, "5.1.3", "The recipient is not an address in angle brackets");
  const parameters = parseRcptParameters(rest.slice(path.end).trim());
  return "kind" in parameters ? parameters : { kind: "rcpt", recipient: path.address, parameters };
}

function after(argument: string, keyword: string): string | undefined {
  if (argument.slice(0, keyword.length).toUpperCase() !== keyword) return undefined;
  return argument.slice(keyword.length);
}

function readPath(text: string): { readonly address: Address; readonly end: number } | undefined {
  if (text[0] !== "<") return undefined;
  let start = 1;
  if (text[1] === "@") {
    const colon = text.indexOf(":");
    if (colon < 0 || colon > MAX_PATH) return undefined;
    const route = text.slice(1, colon).split(",");
    if (!route.every((hop) => hop.startsWith("@") && isDomain(hop.slice(1)))) return undefined;
    start = colon + 1;
  }
  const found = readAddress(text, start);
  if (found === undefined || text[found.end] !== ">" || found.end > MAX_PATH) return undefined;
  const end = found.end + 1;
  return end === text.length || /[ \t]/.test(text[end] as string) ? { address: found.address, end } : undefined;
}
