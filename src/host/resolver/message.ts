/** Queries and responses of the DNS (RFC 1035 section 4.1), with EDNS 0, for a resolver that asks one question at a time. */
import packet from "dns-packet";
import type { Answer, RecordData, RecordType } from "./answer.ts";

/** Fits in one frame of every network, so that answers are not cut in fragments. */
const UDP_PAYLOAD_BYTES = 1232;
const MAX_ALIASES = 16;

export type Question = { readonly id: number; readonly name: string; readonly type: RecordType };

export type Response<T extends RecordType> =
  | Answer<T>
  /** Not an answer to this question: somebody else's, or a forgery. */
  | { readonly kind: "foreign" }
  /** Did not fit in a datagram. */
  | { readonly kind: "truncated" }
  /** An alias, whose target the server did not look up. */
  | { readonly kind: "alias"; readonly target: string; readonly secure: boolean; readonly ttlS: number };

/** With DO and AD: "tell me whether this is verified" (RFC 4035 section 3.2.1). */
export function encodeQuery({ id, name, type }: Question): Uint8Array {
  return packet.encode({
    id,
    type: "query",
    flags: packet.RECURSION_DESIRED | packet.AUTHENTIC_DATA,
    questions: [{ name, type }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: UDP_PAYLOAD_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: packet.DNSSEC_OK,
        flag_do: true,
        options: [],
      },
    ],
  });
}

/** Reads a response; `trusted` says whether this server's word on DNSSEC is believed. Total: no octets make it throw. */
export function readResponse<T extends RecordType>(
  octets: Uint8Array,
  question: Question & { readonly type: T },
  trusted: boolean,
): Response<T> {
  const decoded = decode(octets);
  if (decoded === undefined) return isResponseTo(octets, question.id) ? { kind: "servfail" } : { kind: "foreign" };
  const [asked, ...more] = decoded.questions ?? [];
  const answersUs =
    decoded.flag_qr &&
    decoded.id === question.id &&
    more.length === 0 &&
    asked?.type === question.type &&
    plainName(asked.name) === plainName(question.name);
  if (!answersUs) return { kind: "foreign" };
  if (decoded.flag_tc) return { kind: "truncated" };
  const code = (decoded.flags ?? 0) & 0xf;
  if (extendedCode(decoded) !== 0 || (code !== NO_ERROR && code !== NAME_ERROR)) return { kind: "servfail" };
  return chainOf(decoded, question, code, trusted && decoded.flag_ad);
}

const NO_ERROR = 0;
const NAME_ERROR = 3;

function chainOf<T extends RecordType>(
  decoded: packet.DecodedPacket,
  question: Question & { readonly type: T },
  code: number,
  secure: boolean,
): Response<T> {
  const answers = decoded.answers ?? [];
  let name = plainName(question.name);
  let ttlS = Infinity;
  for (let aliases = 0; question.type !== "CNAME"; aliases++) {
    const alias = answers.find((answer) => answer.type === "CNAME" && plainName(answer.name) === name);
    if (alias?.type !== "CNAME") break;
    if (aliases === MAX_ALIASES) return { kind: "servfail" };
    name = plainName(alias.data);
    ttlS = Math.min(ttlS, alias.ttl ?? 0);
  }
  const own = answers.filter((answer) => answer.type === question.type && plainName(answer.name) === name);
  const data: readonly unknown[] = own.filter(isKnown).map(dataOf);
  if (data.length > 0 && code === NO_ERROR) {
    const records = data as readonly RecordData[T][];
    return { kind: "records", records, name, secure, ttlS: Math.min(ttlS, ...own.map(ttlOf)) };
  }
  if (own.length > 0) return { kind: "servfail" };
  if (code === NAME_ERROR) return { kind: "nxdomain", secure };
  const isSettled = name === plainName(question.name) || (decoded.authorities ?? []).some(({ type }) => type === "SOA");
  return isSettled ? { kind: "nodata", secure } : { kind: "alias", target: name, secure, ttlS };
}

const ttlOf = (answer: packet.Answer): number => ("ttl" in answer ? (answer.ttl ?? 0) : 0);

type Known = packet.Answer & { readonly type: RecordType };

const KNOWN: ReadonlySet<string> = new Set<RecordType>([
  "A",
  "AAAA",
  "CNAME",
  "PTR",
  "NS",
  "MX",
  "TLSA",
  "TXT",
  "SRV",
  "CAA",
  "SOA",
]);

const isKnown = (answer: packet.Answer): answer is Known => KNOWN.has(answer.type);

function dataOf(answer: Known): RecordData[RecordType] {
  switch (answer.type) {
    case "A":
    case "AAAA":
      return answer.data;
    case "CNAME":
    case "PTR":
    case "NS":
      return plainName(answer.data);
    case "MX":
      return { preference: answer.data.preference ?? 0, exchange: plainName(answer.data.exchange) };
    case "TLSA": {
      const { usage, selector, matchingType, certificate } = answer.data;
      return { usage, selector, matchingType, data: Uint8Array.from(certificate) };
    }
    case "TXT":
      return [answer.data]
        .flat()
        .map((part) => (typeof part === "string" ? part : part.toString("latin1")))
        .join("");
    case "SRV": {
      const { priority = 0, weight = 0, port, target } = answer.data;
      return { priority, weight, port, target: plainName(target) };
    }
    case "CAA":
      return { flags: answer.data.flags ?? 0, tag: answer.data.tag.toLowerCase(), value: answer.data.value };
    case "SOA":
      return { primary: plainName(answer.data.mname), serial: answer.data.serial ?? 0 };
  }
}

/** Names differ neither by case nor by the dot at their end (RFC 1035 section 2.3.3). */
const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, "");

function extendedCode(decoded: packet.DecodedPacket): number {
  for (const record of decoded.additionals ?? []) if (record.type === "OPT") return record.extendedRcode;
  return 0;
}

function decode(octets: Uint8Array): packet.DecodedPacket | undefined {
  try {
    return packet.decode(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength));
  } catch {
    return undefined;
  }
}

function isResponseTo(octets: Uint8Array, id: number): boolean {
  const [high = 0, low = 0, flags = 0] = octets;
  return octets.length >= 3 && high * 256 + low === id && (flags & 0x80) !== 0;
}
