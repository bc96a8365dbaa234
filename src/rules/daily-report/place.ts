/** Where a domain wants its daily reports sent by mail, and what their files are called (RFC 8460, RFC 9990). */
import { formatAddress, needsUtf8, parseAddress } from "../../syntax/smtp/address.ts";
import { readHostName } from "../route/host-name.ts";

const DAY_S = 86_400;

/**
 * Reads what follows `mailto:` (RFC 6068 section 2): one address, percent-encoded; header fields behind it are not ours to
 * obey. `undefined` when it is none that can be served.
 */
export function readMailto(text: string): string | undefined {
  const encoded = text.replace(/\?.*$/, "");
  if (/%(?![0-9a-f]{2})/i.test(encoded)) return undefined;
  const decoded = encoded.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const address = parseAddress(decoded);
  if (address === undefined || needsUtf8(decoded)) return undefined;
  const domain = readHostName(address.domain);
  return domain === undefined ? undefined : formatAddress({ local: address.local, domain });
}

/** What stands behind the last `@`. RFC 8460 section 5.3: of the contact it is TLS-Report-Submitter. */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);

export type ReportFile = {
  readonly submitter: string;
  readonly domain: string;
  /** Epoch milliseconds at which the day begins, UTC. */
  readonly day: number;
  /** Letters and digits. */
  readonly unique: string;
  readonly extension: "json.gz" | "xml.gz";
};

/** Writes a name for the file that tells it from all others (RFC 8460 section 5.1, RFC 9990 section 3.5.2). */
export function reportFileName({ submitter, domain, day, unique, extension }: ReportFile): string {
  const begin = day / 1000;
  return `${submitter}!${domain}!${begin}!${begin + DAY_S - 1}!${unique}.${extension}`;
}
