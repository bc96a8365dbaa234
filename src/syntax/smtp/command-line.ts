/**
 * A command line of RFC 5321 section 4.1.1: the verb, and what follows it. Also the arguments that are neither path
 * nor parameter: the name of EHLO and HELO, and the size of BDAT (RFC 3030 section 2).
 */
import { isAddressLiteral, isDomain } from "./address.ts";
import { type Wrong, wrong } from "./wrong.ts";

export type CommandLine = {
  /** In capitals. */
  readonly verb: string;
  /** Without white space around it; empty when none came. */
  readonly argument: string;
};

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads one line, given without its CRLF. RFC 5321 section 4.1.1: white space at its end is tolerated.
 * RFC 6531 section 3.1: letters beyond ASCII are UTF-8.
 */
export function parseCommandLine(line: Uint8Array): CommandLine | Wrong {
  let text: string;
  try {
    text = utf8.decode(line);
  } catch {
    return wrong(500, "5.5.2", "The command is not valid UTF-8");
  }
  if (/[^\t\u0020-\u007e\u00a0-\u{10ffff}]/u.test(text))
    return wrong(500, "5.5.2", "The command holds a control character; lines end with CRLF and with nothing else");
  const match = /^([A-Za-z]+)(?:[ \t]+(.*))?$/u.exec(text.trimEnd());
  if (match === null) return wrong(500, "5.5.2", "A command begins with a word of letters");
  return { verb: (match[1] as string).toUpperCase(), argument: match[2] ?? "" };
}

/**
 * Reads the argument of EHLO or HELO. We deviate from RFC 5321 section 4.1.1.1: any word that fits into a Received
 * field is taken, for many senders are configured with a name that is no domain; it is only recorded.
 */
export function parseClientName(argument: string): string | Wrong {
  if (argument === "") return wrong(501, "5.5.4", "Say who you are: EHLO and your host name");
  if (isDomain(argument) || isAddressLiteral(argument)) return argument;
  if (/^[!#-'*+\-./0-:=?-Z^-~]{1,255}$/.test(argument)) return argument;
  return wrong(501, "5.5.4", "A host name is one word of at most 255 visible characters, without brackets and quotes");
}

export type Chunk = { readonly kind: "chunk"; readonly size: number; readonly last: boolean };

/** Reads the argument of BDAT: octets that follow the line, and whether they end the message. */
export function parseChunk(argument: string): Chunk | Wrong {
  const match = /^(\d{1,15})(?:[ \t]+(LAST))?$/i.exec(argument);
  if (match === null)
    return wrong(501, "5.5.4", "Write BDAT, the number of octets that follow, and LAST with the last");
  return { kind: "chunk", size: Number(match[1]), last: match[2] !== undefined };
}
