/**
 * The parameters of MAIL and RCPT: SIZE (RFC 1870 section 6), BODY (RFC 6152 section 3, RFC 3030 section 3), SMTPUTF8
 * (RFC 6531 section 3.4), REQUIRETLS (RFC 8689 section 2), RET, ENVID, NOTIFY and ORCPT (RFC 3461 section 4). AUTH (RFC 4954 section 5) is read and
 * forgotten: nobody who may speak for another comes in here.
 */
import { decodeXtext } from "./xtext.ts";
import { type Wrong, wrong } from "./wrong.ts";

export type MailParameters = {
  readonly size: number | undefined;
  readonly body: "7BIT" | "8BITMIME" | "BINARYMIME";
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  readonly ret: "FULL" | "HDRS" | undefined;
  /** As it came, in xtext. */
  readonly envid: string | undefined;
};

export type Notify = { readonly success: boolean; readonly failure: boolean; readonly delay: boolean };

export type RcptParameters = {
  /** All false: NEVER. */
  readonly notify: Notify | undefined;
  /** As it came: an address type, `;`, and the address in xtext. */
  readonly orcpt: string | undefined;
};

export const noRcptParameters: RcptParameters = { notify: undefined, orcpt: undefined };

/** Reads what follows the path of MAIL. RFC 5321 section 4.1.1.11: what we do not know is refused with 555. */
export function parseMailParameters(text: string): MailParameters | Wrong {
  const found = split(text);
  if (!(found instanceof Map)) return found;
  let size: number | undefined;
  let body: MailParameters["body"] = "7BIT";
  let smtpUtf8 = false;
  let requireTls = false;
  let ret: MailParameters["ret"];
  let envid: string | undefined;
  for (const [keyword, value] of found) {
    const upper = value?.toUpperCase();
    switch (keyword) {
      case "SIZE":
        if (value === undefined || !/^\d{1,20}$/.test(value)) return bad("SIZE is a number of octets");
        size = Number(value);
        break;
      case "BODY":
        if (upper !== "7BIT" && upper !== "8BITMIME" && upper !== "BINARYMIME")
          return bad("BODY is 7BIT, 8BITMIME or BINARYMIME");
        body = upper;
        break;
      case "SMTPUTF8":
        if (value !== undefined) return bad("SMTPUTF8 has no value");
        smtpUtf8 = true;
        break;
      case "REQUIRETLS":
        if (value !== undefined) return bad("REQUIRETLS has no value");
        requireTls = true;
        break;
      case "RET":
        if (upper !== "FULL" && upper !== "HDRS") return bad("RET is FULL or HDRS");
        ret = upper;
        break;
      case "ENVID":
        // RFC 3461 section 4.4: 100 characters at most.
        if (value === undefined || value.length > 100 || decodeXtext(value) === undefined)
          return bad("ENVID is at most 100 characters of xtext");
        envid = value;
        break;
      case "AUTH":
        if (value === undefined || decodeXtext(value) === undefined) return bad("AUTH is xtext or <>");
        break;
      default:
        return unknown;
    }
  }
  return { size, body, smtpUtf8, requireTls, ret, envid };
}

/** Reads what follows the path of RCPT. */
export function parseRcptParameters(text: string): RcptParameters | Wrong {
  if (text === "") return noRcptParameters;
  const found = split(text);
  if (!(found instanceof Map)) return found;
  let notify: Notify | undefined;
  let orcpt: string | undefined;
  for (const [keyword, value] of found) {
    switch (keyword) {
      case "NOTIFY":
        notify = parseNotify(value ?? "");
        if (notify === undefined) return bad("NOTIFY is NEVER, or a list of SUCCESS, FAILURE and DELAY");
        break;
      case "ORCPT":
        // RFC 3461 section 4.2: 500 characters at most. RFC 6533 section 3: type utf-8 has an encoding of its own.
        if (value === undefined || value.length > 500 || !/^[A-Za-z0-9-]+;[^\s=]+$/u.test(value))
          return bad("ORCPT is an address type, a semicolon, and the address in xtext");
        orcpt = value;
        break;
      default:
        return unknown;
    }
  }
  return { notify, orcpt };
}

function parseNotify(value: string): Notify | undefined {
  const words = value.toUpperCase().split(",");
  if (words.length === 1 && words[0] === "NEVER") return { success: false, failure: false, delay: false };
  if (new Set(words).size !== words.length) return undefined;
  if (!words.every((word) => word === "SUCCESS" || word === "FAILURE" || word === "DELAY")) return undefined;
  return { success: words.includes("SUCCESS"), failure: words.includes("FAILURE"), delay: words.includes("DELAY") };
}

/** RFC 5321 section 4.1.2: `keyword[=value]`, parted by spaces. Each keyword may come once. */
function split(text: string): Map<string, string | undefined> | Wrong {
  const found = new Map<string, string | undefined>();
  if (text === "") return found;
  for (const word of text.split(/[ \t]+/)) {
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([^\s=]+))?$/u.exec(word);
    if (match === null) return bad("A parameter is written KEYWORD or KEYWORD=value");
    const keyword = (match[1] as string).toUpperCase();
    if (found.has(keyword)) return bad("A parameter came twice");
    found.set(keyword, match[2]);
  }
  return found;
}

const bad = (text: string): Wrong => wrong(501, "5.5.4", text);
const unknown: Wrong = wrong(555, "5.5.4", "A parameter is not known here; EHLO lists the extensions that are");
