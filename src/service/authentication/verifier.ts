/**
 * Finds out where an arriving message comes from: name of the address, SPF, DKIM, ARC and DMARC in one value.
 *
 * What the envelope alone asks of the DNS is asked while the message still comes; a body streams by once, whatever its size. Nothing that a message or a name
 * server says makes it throw, hang or grow: what cannot be found out within the limits is a result.
 */
import type { Clock } from "../../host/clock.ts";
import type { Resolver } from "../../host/resolver/answer.ts";
import { readChain } from "../../rules/authentication/arc/chain.ts";
import { needBodies, verifyChain } from "../../rules/authentication/arc/verify.ts";
import type { Authentication, Client } from "../../rules/authentication/authentication.ts";
import { plainAddress } from "../../rules/authentication/client-address.ts";
import { BodyDigests } from "../../rules/authentication/dkim/body-hash.ts";
import { SignedHeader } from "../../rules/authentication/dkim/signed-header.ts";
import { type Dkim, readSignatures, verifySignature } from "../../rules/authentication/dkim/verify.ts";
import { evaluateDmarc } from "../../rules/authentication/dmarc/evaluate.ts";
import { checkIprev, type Iprev } from "../../rules/authentication/iprev.ts";
import type { Lookup } from "../../rules/authentication/lookup.ts";
import { checkSpf, type Spf } from "../../rules/authentication/spf/check.ts";
import { readHostName } from "../../rules/route/host-name.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { type Address, readAddresses } from "../../syntax/message/addresses.ts";
import { HeaderSplitter } from "../../syntax/message/header-edit.ts";
import type { HeaderField } from "../../syntax/message/header-fields.ts";
import { octetsOf } from "../../syntax/message/octets.ts";
import { aLabels, asciiHostName } from "../dns/a-labels.ts";
import { createKeyCache } from "./key-cache.ts";
import { type VerifierLimits, verifierLimits } from "./limits.ts";
import { openLookup } from "./message-lookup.ts";

/** What is known of a message before it comes. */
export type Coming = {
  readonly client: Client;
  /** The reverse-path, Unicode; empty for the null path. */
  readonly sender: string;
};

/** A header that the caller holds. */
export type ReadHeader = {
  /** As it came, with or without its empty line. */
  readonly octets: Uint8Array;
  readonly fields: readonly HeaderField[];
  /** Where the body begins in the content. */
  readonly bodyStart: number;
};

export interface Verifier {
  /** Asks at once what needs no message; whether one comes in the end is all the same. */
  begin(coming: Coming): Verification;
}

export interface Verification {
  /**
   * Verifies the message; once. Rejects only when the content cannot be read.
   * @param content as it came; with or without our own trace fields above it
   * @param header of the content, where the caller has read it: then it is not looked for again
   * @throws SpoolError
   */
  verify(content: ContentSource, header?: ReadHeader): Promise<Authentication>;
}

export type VerifierOptions = {
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly limits?: VerifierLimits;
};

/** Makes the verifier of one process; it keeps keys for a minute and nothing else. */
export function createVerifier({ resolver, clock, limits = verifierLimits }: VerifierOptions): Verifier {
  const keys = createKeyCache(clock, limits);
  return {
    begin({ client, sender }) {
      const asked = ask(client, sender);
      // Where no message comes nobody waits for it.
      asked.catch(() => {});
      return {
        async verify(content, held) {
          using questions = openLookup(resolver, clock, limits);
          const { lookup } = questions;
          const read = await (held === undefined ? readMessage(content, limits) : readBody(content, held, limits));
          const { header, chain, signatures, digests } = read;
          const source = keys.source(lookup);
          const nowS = clock.now() / 1000;
          const [[iprev, spf], dkim, arc] = await Promise.all([
            asked,
            Promise.all(signatures.map((one) => verifySignature(one, header, digests, source, nowS))),
            verifyChain(chain, header, digests, source),
          ]);
          const dmarc = await evaluate(read, spf, dkim, lookup);
          return { client, iprev, spf, dkim, dmarc, arc, list: read.list };
        },
      };
    },
  };

  async function ask(client: Client, sender: string): Promise<readonly [Iprev, Spf]> {
    using questions = openLookup(resolver, clock, limits);
    const address = plainAddress(client.address);
    const question = { address, helo: client.helo, ...senderOf(sender, client.helo) };
    return await Promise.all([checkIprev(address, questions.lookup), checkSpf(question, questions.lookup)]);
  }
}

type Read = {
  readonly header: SignedHeader;
  readonly chain: ReturnType<typeof readChain>;
  readonly signatures: ReturnType<typeof readSignatures>;
  readonly digests: BodyDigests;
  readonly authors: readonly string[];
  readonly list: string | undefined;
  readonly isTooLarge: boolean;
};

/** Reads the header, and the body if a signature wants to see it. */
async function readMessage(content: ContentSource, limits: VerifierLimits): Promise<Read> {
  const splitter = new HeaderSplitter(limits.maxHeaderBytes);
  const digests = new BodyDigests(limits.maxBodyForms);
  let read: Read | undefined;
  for await (const piece of content.bytes === undefined ? content.pieces() : [content.bytes]) {
    const body = splitter.write(piece);
    if (splitter.isTooLarge) break;
    if (body === undefined) continue;
    read ??= readHeader(new SignedHeader(splitter.end()), digests, limits, false);
    if (!digests.isNeeded) break;
    digests.write(body);
  }
  read ??= readHeader(new SignedHeader(splitter.end()), digests, limits, splitter.isTooLarge);
  digests.end();
  return read;
}

/** The same of a message whose header is held. */
async function readBody(content: ContentSource, held: ReadHeader, limits: VerifierLimits): Promise<Read> {
  const digests = new BodyDigests(limits.maxBodyForms);
  const isTooLarge = held.octets.length > limits.maxHeaderBytes;
  const header = isTooLarge ? new SignedHeader(NOTHING) : new SignedHeader(held.octets, held.fields);
  const read = readHeader(header, digests, limits, isTooLarge);
  if (digests.isNeeded) {
    let skip = held.bodyStart;
    for await (const piece of content.bytes === undefined ? content.pieces() : [content.bytes]) {
      if (skip < piece.length) digests.write(piece.subarray(skip));
      skip = Math.max(0, skip - piece.length);
    }
  }
  digests.end();
  return read;
}

const NOTHING = new Uint8Array(0);

function readHeader(header: SignedHeader, digests: BodyDigests, limits: VerifierLimits, isTooLarge: boolean): Read {
  const chain = readChain(header, readDomain);
  needBodies(chain, digests);
  const signatures = readSignatures(header, readDomain, limits.maxSignatures, digests);
  const [listId] = header.named("list-id");
  const list = listId && listDomain(listId.value);
  return { header, chain, signatures, digests, authors: authorsOf(header, limits), list, isTooLarge };
}

async function evaluate(
  { authors, isTooLarge }: Read,
  spf: Spf,
  dkim: readonly Dkim[],
  lookup: Lookup,
): Promise<Authentication["dmarc"]> {
  const dmarc = await evaluateDmarc(authors, spf, dkim, lookup);
  // Who makes a header that is too large to be looked at hides what is in it.
  return isTooLarge ? { ...dmarc, reason: "the header is too large", disposition: "quarantine" } : dmarc;
}

/** The domains of the addresses of all fields From, of so many and no more; what is no domain is left out. */
function authorsOf(header: SignedHeader, { maxAuthors }: VerifierLimits): readonly string[] {
  const addresses: Address[] = [];
  for (const { value } of header.named("from")) {
    if (addresses.length >= maxAuthors) break;
    addresses.push(...readAddresses(value, maxAuthors - addresses.length));
  }
  return addresses.flatMap((address) => (address.kind === "mailbox" ? (readDomain(address.host) ?? []) : []));
}

/** RFC 2919 section 2: the identifier stands in angle brackets; what a list is called before them is left out. */
function listDomain(value: string): string | undefined {
  const open = value.lastIndexOf("<");
  const close = value.indexOf(">", open);
  return open < 0 || close < 0 ? undefined : readDomain(value.slice(open + 1, close));
}

/** RFC 7208 section 2.4: with the null path the name of the host is what is checked. */
function senderOf(
  sender: string,
  helo: string,
): { readonly local: string; readonly domain: string; readonly scope: Spf["scope"] } {
  if (sender === "") return { local: "", domain: asAscii(helo), scope: "helo" };
  const at = sender.lastIndexOf("@");
  return { local: sender.slice(0, Math.max(at, 0)), domain: asAscii(sender.slice(at + 1)), scope: "mailfrom" };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
/** U-labels of the longest name there can be. */
const MAX_DOMAIN = 1024;

/** @param text one character an octet */
function readDomain(text: string): string | undefined {
  const name = readHostName(text);
  if (name !== undefined || text.length > MAX_DOMAIN || !/[^\0-\x7f]/.test(text)) return name;
  try {
    return asciiHostName(utf8.decode(octetsOf(text)));
  } catch {
    return undefined;
  }
}

function asAscii(domain: string): string {
  return domain.length > MAX_DOMAIN || !/[^\0-\x7f]/.test(domain) ? domain : (aLabels(domain) ?? "");
}
