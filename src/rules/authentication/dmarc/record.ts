/** Records of DMARC as values: RFC 9989 section 4.7. What is historic there (pct, rf, ri) makes no difference. */

export type Policy = "none" | "quarantine" | "reject";

export type DmarcRecord = {
  /** `undefined` where no policy is to be applied, for none can be read and nobody wants reports (section 4.10.1). */
  readonly policies:
    | {
        readonly p: Policy;
        /** Of names below the one that publishes; p when the record has none. */
        readonly sp: Policy;
        /** Of such that do not exist; `undefined` when the record has none, and sp holds. */
        readonly np: Policy | undefined;
      }
    | undefined;
  /** Whether the name that signs or sends must be that of the author itself. */
  readonly isDkimStrict: boolean;
  readonly isSpfStrict: boolean;
  /** The tag t: what the policy asks for is to be taken one step more gently. */
  readonly isTesting: boolean;
  /** The tag psd: the name is a public suffix, it is none, or it does not say. */
  readonly publicSuffix: "yes" | "no" | "unsaid";
  /** Where sums go to: the tag rua, as written. */
  readonly reportsTo: readonly string[];
};

/** A record that fits a datagram has some hundred octets. */
const MAX_RECORD = 8192;
const MAX_ADDRESSES = 10;

/** RFC 9989 section 4.8: the version comes first, and its letters are large. */
export function isDmarcRecord(text: string): boolean {
  return text.length <= MAX_RECORD && /^v[ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)/.test(text);
}

/** Read once for each list of texts: a resolver that keeps answers gives the same one to many messages. */
const known = new WeakMap<readonly string[], DmarcRecord | "none">();

/** Finds the record among the texts of a name; of several none is believed (RFC 9989 section 4.10). The list does not change. */
export function publishedRecord(texts: readonly string[]): DmarcRecord | "none" {
  let record = known.get(texts);
  if (record === undefined) {
    const [text, ...more] = texts.filter(isDmarcRecord);
    record = text === undefined || more.length > 0 ? "none" : readDmarcRecord(text);
    known.set(texts, record);
  }
  return record;
}

/** Reads a record; tags that are unknown or broken count as not there. @param text for which `isDmarcRecord` holds */
export function readDmarcRecord(text: string): DmarcRecord {
  const tags = new Map<string, string>();
  for (const part of text.split(";").slice(1)) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (name !== "" && !tags.has(name)) tags.set(name, part.slice(equals + 1).trim());
  }
  const word = (name: string): string | undefined => tags.get(name)?.toLowerCase();
  const reportsTo = (tags.get("rua") ?? "")
    .split(",", MAX_ADDRESSES)
    .map((uri) => uri.trim())
    .filter((uri) => /^mailto:[^@\s]+@[^@\s]+$/i.test(uri));
  const psd = word("psd");
  return {
    policies: readPolicies(word("p"), word("sp"), word("np"), reportsTo.length > 0),
    isDkimStrict: word("adkim") === "s",
    isSpfStrict: word("aspf") === "s",
    isTesting: word("t") === "y",
    publicSuffix: psd === "y" ? "yes" : psd === "n" ? "no" : "unsaid",
    reportsTo,
  };
}

/** RFC 9989 section 4.10.1: one that is broken counts as "none" if somebody wants reports, else as no record. */
function readPolicies(
  p: string | undefined,
  sp: string | undefined,
  np: string | undefined,
  hasReports: boolean,
): DmarcRecord["policies"] {
  const isFine = isPolicy(p) && (sp === undefined || isPolicy(sp)) && (np === undefined || isPolicy(np));
  if (isFine) return { p, sp: isPolicy(sp) ? sp : p, np: isPolicy(np) ? np : undefined };
  return hasReports ? { p: "none", sp: "none", np: undefined } : undefined;
}

function isPolicy(text: string | undefined): text is Policy {
  return text === "none" || text === "quarantine" || text === "reject";
}
