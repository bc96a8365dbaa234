/**
 * What is said to a host to hand a message over, given what it offers; or why it cannot be: nothing is converted, so what
 * a host does not take goes back (RFC 6152 section 3, RFC 3030 section 3, RFC 6531 section 3.2, RFC 1870 section 6.1,
 * RFC 8689 section 4.2.1). Lines hold what the envelope holds and nothing else of whoever sent the message.
 */
import { aLabels } from "../../service/dns/a-labels.ts";
import type { FindingName } from "../../service/queue/findings.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import type { RemoteReply } from "../../store/outbound-queue.ts";
import { hasUtf8Headers } from "../../syntax/message/utf8-headers.ts";
import { formatAddress, needsUtf8, parseAddress } from "../../syntax/smtp/address.ts";
import type { Envelope, EnvelopeRecipient } from "./delivered.ts";
import { ownReply } from "./remote-reply.ts";
import type { Session } from "./session.ts";

export type Plan = {
  readonly kind: "plan";
  /** With CRLF. */
  readonly mail: string;
  /** A line for each recipient of the envelope, or why it gets none. */
  readonly rcpts: readonly PlannedRcpt[];
  /** BDAT, not DATA. */
  readonly inChunks: boolean;
  /** Octets may be anything, bare CR and LF too. */
  readonly isBinary: boolean;
};
export type PlannedRcpt =
  | { readonly kind: "line"; readonly line: string; readonly domain: string }
  | { readonly kind: "refused"; readonly reply: RemoteReply };
/** `later`: it is only now that the host cannot have the message. */
type Unfit = { readonly kind: "unfit" | "later"; readonly reply: RemoteReply };

const NULL_PATH: Path = { kind: "path", text: "" };

export async function planFor(session: Session, envelope: Envelope, message: ContentSource): Promise<Plan | Unfit> {
  const { extensions, speaker } = session;
  const unfit = (enhanced: string, name: FindingName, about?: number): Unfit => ({
    kind: "unfit",
    reply: ownReply(speaker, enhanced, name, about),
  });
  const requireTls = requireTlsOf(session, envelope);
  if (requireTls === "later") return { kind: "later", reply: ownReply(speaker, "4.7.10", "tls-not-now") };
  if (typeof requireTls !== "boolean") return unfit(...requireTls);
  const maxBytes = extensions.size?.maxBytes;
  if (maxBytes !== undefined && message.size > maxBytes) return unfit("5.3.4", "too-large", maxBytes);

  const sender = envelope.sender === "" ? NULL_PATH : pathOf(envelope.sender, extensions.smtpUtf8);
  const addresses = envelope.recipients.map(({ address }) => pathOf(address, extensions.smtpUtf8));
  if (sender.kind === "no-address") return unfit("5.1.7", "sender-no-address");
  if (sender.kind === "needs-utf8") return unfit("5.6.7", "sender-beyond-ascii");
  // The flag alone does not make a message one of RFC 6531 (section 3.6 there): a program may set it always.
  const isBinary = envelope.body === "BINARYMIME";
  if (isBinary && !extensions.binaryMime) return unfit("5.6.3", "no-binary");
  // Whose address has such letters gets no RCPT; the others get the message, where its headers have none.
  if (envelope.smtpUtf8 && !extensions.smtpUtf8 && (await hasUtf8Headers(() => message.pieces())))
    return unfit("5.6.7", "header-beyond-ascii");
  if (!extensions.eightBitMime && !isBinary && (await hasEightBit(message))) return unfit("5.6.3", "no-eight-bit");

  const paths = [sender, ...addresses];
  const usesUtf8 =
    extensions.smtpUtf8 && (envelope.smtpUtf8 || paths.some((path) => path.kind === "path" && needsUtf8(path.text)));
  const parameters = [
    ...(extensions.size === undefined ? [] : [`SIZE=${message.size}`]),
    ...(isBinary || (envelope.body === "8BITMIME" && extensions.eightBitMime) ? [`BODY=${envelope.body}`] : []),
    ...(usesUtf8 ? ["SMTPUTF8"] : []),
    ...(requireTls ? ["REQUIRETLS"] : []),
    ...(extensions.dsn ? dsnOfMail(envelope) : []),
  ];
  return {
    kind: "plan",
    mail: lineOf(`MAIL FROM:<${sender.text}>`, parameters),
    rcpts: envelope.recipients.map((recipient, n) =>
      planRcpt(session, recipient, addresses[n] ?? { kind: "no-address" }, usesUtf8),
    ),
    inChunks: extensions.chunking,
    isBinary,
  };
}

function planRcpt(
  { extensions, speaker }: Session,
  recipient: EnvelopeRecipient,
  path: Path,
  usesUtf8: boolean,
): PlannedRcpt {
  const refused = (enhanced: string, name: FindingName): PlannedRcpt => ({
    kind: "refused",
    reply: ownReply(speaker, enhanced, name),
  });
  if (path.kind === "no-address") return refused("5.1.3", "recipient-no-address");
  if (path.kind === "needs-utf8") return refused("5.6.7", "recipient-beyond-ascii");
  const domain = path.text.slice(path.text.lastIndexOf("@") + 1).toLowerCase();
  const parameters = extensions.dsn ? dsnOfRcpt(recipient, usesUtf8) : [];
  return { kind: "line", line: lineOf(`RCPT TO:<${path.text}>`, parameters), domain };
}

/**
 * Whether REQUIRETLS is said, or the codes why the host cannot have the message; `later` where it only cannot have it now.
 * RFC 8689 section 5: a report of failure is not lost because the way back knows less.
 */
function requireTlsOf(
  { host, tls, isTlsMissing, extensions }: Session,
  envelope: Envelope,
): boolean | "later" | [string, FindingName] {
  if (envelope.tlsWish !== "required") return false;
  const isSure = host.nameIsSure && tls?.verified !== undefined;
  if (envelope.sender === "") return isSure && extensions.requireTls;
  if (host.nameIsSure && isTlsMissing) return "later";
  if (!isSure) return ["5.7.10", "no-sure-tls"];
  return extensions.requireTls || ["5.7.30", "no-requiretls"];
}

/** RFC 3461 sections 4.3 and 4.4; with REQUIRETLS no report quotes the message (RFC 8689 section 5). */
function dsnOfMail({ ret, envid, tlsWish }: Envelope): readonly string[] {
  const asked = tlsWish === "required" && ret === "FULL" ? "HDRS" : ret;
  return [...(asked === undefined ? [] : [`RET=${asked}`]), ...(envid === undefined ? [] : [`ENVID=${envid}`])];
}

/** RFC 3461 sections 4.1 and 4.2. */
function dsnOfRcpt({ notify, orcpt }: EnvelopeRecipient, usesUtf8: boolean): readonly string[] {
  const wanted =
    notify === undefined
      ? []
      : (["success", "failure", "delay"] as const).filter((word) => notify[word]).map((word) => word.toUpperCase());
  const said = notify === undefined ? [] : [`NOTIFY=${wanted.length === 0 ? "NEVER" : wanted.join(",")}`];
  const original = orcpt === undefined || usesUtf8 ? orcpt : asciiOrcpt(orcpt);
  return original === undefined ? said : [...said, `ORCPT=${original}`];
}

/** RFC 6533 section 3: an address of type utf-8 has a form in ASCII; of another type it has none, and is left out. */
function asciiOrcpt(orcpt: string): string | undefined {
  if (!needsUtf8(orcpt)) return orcpt;
  if (!/^utf-8;/i.test(orcpt)) return undefined;
  // Of ASCII it holds what the client wrote: its signs that have to be are encoded.
  return orcpt.replace(/\P{ASCII}/gu, (sign) => `\\x{${sign.codePointAt(0)?.toString(16).toUpperCase()}}`);
}

/** A parameter that is more than one word would be another command's; none that we took in is. */
function lineOf(command: string, parameters: readonly string[]): string {
  return `${[command, ...parameters.filter((word) => /^[^\p{Cc}\s]+$/u.test(word))].join(" ")}\r\n`;
}

type Path =
  | { readonly kind: "path"; readonly text: string }
  | { readonly kind: "needs-utf8" }
  | { readonly kind: "no-address" };

/**
 * An address as it may stand between angle brackets. Where letters beyond ASCII are not taken, those of a domain have
 * another form (RFC 6531 section 3.2), those of a local part have none.
 */
function pathOf(text: string, utf8: boolean): Path {
  const address = parseAddress(text);
  if (address === undefined) return { kind: "no-address" };
  if (utf8 || !needsUtf8(text)) return { kind: "path", text: formatAddress(address) };
  const domain = aLabels(address.domain);
  if (needsUtf8(address.local) || domain === undefined) return { kind: "needs-utf8" };
  return { kind: "path", text: formatAddress({ local: address.local, domain }) };
}

async function hasEightBit(message: ContentSource): Promise<boolean> {
  for await (const piece of message.pieces()) if (piece.some((octet) => octet > 0x7f)) return true;
  return false;
}
