/** The TXT record at `_mta-sts.DOMAIN`, which says that there is a policy, and which (RFC 8461 section 3.1). */

const RECORD = /^v=STSv1(?:[ \t]*;[ \t]*[A-Za-z0-9][A-Za-z0-9_.-]{0,31}=[\x21-\x3a\x3c\x3e-\x7e]+)+(?:[ \t]*;[ \t]*)?$/;
const ID = /^[A-Za-z0-9]{1,32}$/;

/** Finds the id of the domain's policy among its TXT records; `undefined` where they announce none. */
export function readPolicyId(records: readonly string[]): string | undefined {
  const [record, ...more] = records.filter((text) => /^v=STSv1[ \t]*;/.test(text));
  if (record === undefined || more.length > 0 || !RECORD.test(record)) return undefined;
  const field = record.split(";").find((part) => part.trim().startsWith("id="));
  const id = field?.trim().slice("id=".length) ?? "";
  return ID.test(id) ? id : undefined;
}
