/** Names of hosts, as far as a mail server can have one (RFC 5321 section 2.3.5); labels may hold `_`, as some do. */

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** What 255 octets on the wire leave for the text (RFC 1035 section 3.1). */
const MAX_NAME = 253;

/** In lower case and without the final dot; `undefined` when it is none, as an IPv4 address or U-labels. */
export function readHostName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const last = labels.at(-1) ?? "";
  return name.length <= MAX_NAME && labels.every((label) => LABEL.test(label)) && !/^[0-9]+$/.test(last)
    ? name
    : undefined;
}
