/** Records that an operator publishes, as values and as lines of a zone file (RFC 1035 section 5.1). */
import { textStrings } from "../dkim/key-record.ts";

/** Names are absolute, in lower case and A-labels, without the final dot. */
export type ZoneRecord = { readonly name: string } & (
  | { readonly type: "A" | "AAAA"; readonly address: string }
  | { readonly type: "CNAME" | "PTR"; readonly target: string }
  | { readonly type: "MX"; readonly preference: number; readonly exchange: string }
  /** Printable ASCII of any length. */
  | { readonly type: "TXT"; readonly text: string }
  | {
      readonly type: "SRV";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      readonly target: string;
    }
  | {
      readonly type: "TLSA";
      readonly usage: number;
      readonly selector: number;
      readonly matchingType: number;
      readonly data: Uint8Array;
    }
  | { readonly type: "CAA"; readonly flags: number; readonly tag: string; readonly value: string }
);

/** Seconds. Shorter than the two hours for which a new DKIM record must have stood before its key signs. */
const TTL_S = 3600;

/** Writes a record as one line, its name absolute: it may stand under any origin. */
export function zoneLine(record: ZoneRecord): string {
  return `${record.name}. ${TTL_S} IN ${record.type} ${dataText(record)}`;
}

function dataText(record: ZoneRecord): string {
  switch (record.type) {
    case "A":
    case "AAAA":
      return record.address;
    case "CNAME":
    case "PTR":
      return `${record.target}.`;
    case "MX":
      return `${record.preference} ${record.exchange}.`;
    case "TXT":
      return textStrings(record.text).map(quoted).join(" ");
    case "SRV":
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
    case "TLSA":
      return `${record.usage} ${record.selector} ${record.matchingType} ${Buffer.from(record.data).toString("hex")}`;
    case "CAA":
      return `${record.flags} ${record.tag} ${quoted(record.value)}`;
  }
}

/** A character-string of RFC 1035 section 5.1: what ends or escapes it is escaped. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;
