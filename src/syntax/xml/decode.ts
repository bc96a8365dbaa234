/** Octets of an XML document to text: by byte order mark, else by its declaration, else UTF-8 (XML 1.0 appendix F). */
import { decodeCharset } from "../message/charset.ts";
import { octetString } from "../message/octets.ts";

/** Where a declaration stands, and more. */
const HEAD = 200;

/** Never fails: what is no text of that encoding becomes replacement characters. */
export function decodeXml(octets: Uint8Array): string {
  const [first, second] = octets;
  if (first === 0xfe && second === 0xff) return decodeCharset(octets, "utf-16be");
  if (first === 0xff && second === 0xfe) return decodeCharset(octets, "utf-16le");
  const head = octetString(octets.subarray(0, HEAD));
  const [, charset = "utf-8"] =
    /^[^<]{0,9}<\?xml[^>]{1,99}?encoding\s{0,9}=\s{0,9}["']([\w.-]{1,40})["']/.exec(head) ?? [];
  return decodeCharset(octets, charset);
}
