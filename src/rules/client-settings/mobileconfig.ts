/**
 * A configuration profile for Mail on iOS, iPadOS and macOS (Apple, Configuration Profile Reference; payload
 * com.apple.mail.managed). It holds no password, and an address only when its holder asks for one: the device asks for what is
 * missing. The same settings give the same profile, so that one that is loaded again takes the place of the one before.
 */
import { createHash } from "node:crypto";
import { escapeXml } from "../../syntax/xml/escape.ts";
import type { MailServices } from "./mail-services.ts";

export type ProfileOptions = {
  readonly services: MailServices;
  /** In A-labels. */
  readonly domain: string;
  readonly address: string | undefined;
};

type Plist = string | number | boolean | readonly Plist[] | { readonly [key: string]: Plist | undefined };

/** @returns a property list in XML; `undefined` where a server is not offered */
export function mobileconfig({ services, domain, address }: ProfileOptions): string | undefined {
  const { name, hostName, imaps, submissions } = services;
  if (imaps === undefined || submissions === undefined) return undefined;
  const identifier = `${domain.split(".").toReversed().join(".")}.mail`;
  const account: Plist = {
    PayloadType: "com.apple.mail.managed",
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.account`,
    PayloadUUID: uuidOf(`account ${domain} ${address ?? ""}`),
    PayloadDisplayName: name,
    EmailAccountDescription: name,
    EmailAccountType: "EmailTypeIMAP",
    EmailAddress: address,
    IncomingMailServerAuthentication: "EmailAuthPassword",
    IncomingMailServerHostName: hostName,
    IncomingMailServerPortNumber: imaps,
    IncomingMailServerUseSSL: true,
    IncomingMailServerUsername: address,
    OutgoingMailServerAuthentication: "EmailAuthPassword",
    OutgoingMailServerHostName: hostName,
    OutgoingMailServerPortNumber: submissions,
    OutgoingMailServerUseSSL: true,
    OutgoingMailServerUsername: address,
    OutgoingPasswordSameAsIncomingPassword: true,
  };
  const profile: Plist = {
    PayloadType: "Configuration",
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: uuidOf(`profile ${domain} ${address ?? ""}`),
    PayloadDisplayName: `${name}: ${address ?? domain}`,
    PayloadOrganization: name,
    PayloadRemovalDisallowed: false,
    PayloadContent: [account],
  };
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
${plist(profile)}</plist>
`;
}

function plist(value: Plist): string {
  if (typeof value === "string") return `<string>${escapeXml(value)}</string>\n`;
  if (typeof value === "number") return `<integer>${value}</integer>\n`;
  if (typeof value === "boolean") return value ? "<true/>\n" : "<false/>\n";
  if (isList(value)) return `<array>\n${value.map(plist).join("")}</array>\n`;
  const entries = Object.entries(value).map(([key, one]) =>
    one === undefined ? "" : `<key>${escapeXml(key)}</key>\n${plist(one)}`,
  );
  return `<dict>\n${entries.join("")}</dict>\n`;
}

const isList = (value: Plist): value is readonly Plist[] => Array.isArray(value);

/** RFC 9562 section 5.8: of our own making, out of a hash. */
function uuidOf(text: string): string {
  const octets = createHash("sha256").update(`altmail ${text}`).digest().subarray(0, 16);
  octets[6] = ((octets[6] ?? 0) & 0x0f) | 0x80;
  octets[8] = ((octets[8] ?? 0) & 0x3f) | 0x80;
  const digits = octets.toString("hex").toUpperCase();
  return [digits.slice(0, 8), digits.slice(8, 12), digits.slice(12, 16), digits.slice(16, 20), digits.slice(20)].join(
    "-",
  );
}
