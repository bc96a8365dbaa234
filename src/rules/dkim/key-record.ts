/**
 * The DNS record of a key that signs, RFC 6376 section 3.6.1 and RFC 8463 section 4: TXT at
 * `selector._domainkey.domain`, and whether what stands there is the key of ours.
 */

export type PublicKey = {
  readonly algorithm: "rsa-sha256" | "ed25519-sha256";
  /** What p= holds in base64. */
  readonly publicKey: Uint8Array;
};

export function keyRecordName(domain: string, selector: string): string {
  return `${selector}._domainkey.${domain}`;
}

/** Writes the record's text. The flag s says that nobody is named below the domain, as our signatures do not. */
export function keyRecord({ algorithm, publicKey }: PublicKey): string {
  const type = algorithm === "rsa-sha256" ? "rsa" : "ed25519";
  return `v=DKIM1; k=${type}; t=s; p=${Buffer.from(publicKey).toString("base64")}`;
}

/** RFC 1035 section 3.3.14: a TXT record is strings of at most 255 octets; RFC 6376 section 3.6.2.2 joins them. */
export function textStrings(record: string): readonly string[] {
  return record.match(/.{1,255}/g) ?? [""];
}

/** True when one of the TXT records, strings joined, is that of the key: type and key are the same, and it is not revoked. */
export function isPublished(key: PublicKey, records: readonly string[]): boolean {
  const wanted = Buffer.from(key.publicKey).toString("base64");
  const type = key.algorithm === "rsa-sha256" ? "rsa" : "ed25519";
  return records.some((record) => {
    const tags = tagList(record);
    if (tags === undefined || (tags.get("v") ?? "DKIM1") !== "DKIM1" || (tags.get("k") ?? "rsa") !== type) return false;
    return tags.get("p")?.replace(/[\t\r\n ]/g, "") === wanted;
  });
}

/** RFC 6376 section 3.2; `undefined` when it is none or names a tag twice. */
function tagList(text: string): ReadonlyMap<string, string> | undefined {
  const tags = new Map<string, string>();
  const specs = text.split(";");
  if (specs.at(-1)?.trim() === "") specs.pop();
  for (const spec of specs) {
    const [, name, value = ""] = /^\s*([A-Za-z]\w*)\s*=(.*)$/s.exec(spec) ?? [];
    if (name === undefined || tags.has(name)) return undefined;
    tags.set(name, value.trim());
  }
  return tags;
}
