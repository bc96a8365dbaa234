/**
 * Settings as Outlook asks for them: Autodiscover in plain XML ([MS-OXDSCLI], with the schema for Outlook). The request holds
 * an address; it comes back as the name to log in with, if it is at a domain of ours, whether there is such an account or not.
 */
import { decodeXml } from "../../syntax/xml/decode.ts";
import { xmlEvents } from "../../syntax/xml/elements.ts";
import { escapeXml } from "../../syntax/xml/escape.ts";
import type { MailServices } from "./mail-services.ts";

export type AutodiscoverRequest =
  | { readonly kind: "request"; readonly address: string; readonly domain: string }
  /** Codes of [MS-OXDSCLI] section 2.2.4.1.1.1.1. */
  | { readonly kind: "refused"; readonly errorCode: 500 | 600 | 601 };

const SCHEMAS = "http://schemas.microsoft.com/exchange/autodiscover";
const RESPONSE = `${SCHEMAS}/responseschema/2006`;
const OUTLOOK = `${SCHEMAS}/outlook/responseschema/2006a`;
/** RFC 5321 section 4.5.3.1.3, without the angle brackets. */
const MAX_ADDRESS = 254;
const ADDRESS = /^[\x21-\x3f\x41-\x7e]+@([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i;
const MESSAGES = {
  500: "The address is not at a domain of this server.",
  600: "Invalid Request",
  601: "Only the schema for Outlook is answered here.",
} as const;

/** Never throws. @param domains ours, in A-labels */
export function parseAutodiscover(body: Uint8Array, domains: readonly string[]): AutodiscoverRequest {
  let [address, schema] = ["", ""];
  for (const event of xmlEvents(decodeXml(body))) {
    if (event.kind === "refused") return { kind: "refused", errorCode: 600 };
    if (event.kind !== "end") continue;
    if (event.name === "EMailAddress") address = event.text;
    if (event.name === "AcceptableResponseSchema") schema = event.text;
  }
  const domain = address.length > MAX_ADDRESS ? undefined : ADDRESS.exec(address)?.[1]?.toLowerCase();
  if (domain === undefined) return { kind: "refused", errorCode: 600 };
  if (schema !== OUTLOOK) return { kind: "refused", errorCode: 601 };
  return domains.includes(domain) ? { kind: "request", address, domain } : { kind: "refused", errorCode: 500 };
}

/** @param address as `parseAutodiscover` found it */
export function autodiscoverXml({ hostName, imaps, submissions }: MailServices, address: string): string {
  const protocol = (type: "IMAP" | "SMTP", port: number | undefined, more: string): string =>
    port === undefined
      ? ""
      : `      <Protocol>
        <Type>${type}</Type>
        <Server>${escapeXml(hostName)}</Server>
        <Port>${port}</Port>
        <LoginName>${escapeXml(address)}</LoginName>
        <DomainRequired>off</DomainRequired>
        <SPA>off</SPA>
        <SSL>on</SSL>
        <Encryption>SSL</Encryption>
        <AuthRequired>on</AuthRequired>
${more}      </Protocol>
`;
  return document(`  <Response xmlns="${OUTLOOK}">
    <Account>
      <AccountType>email</AccountType>
      <Action>settings</Action>
${protocol("IMAP", imaps, "")}${protocol("SMTP", submissions, "        <UsePOPAuth>on</UsePOPAuth>\n        <SMTPLast>off</SMTPLast>\n")}    </Account>
  </Response>
`);
}

/** @param now epoch milliseconds */
export function autodiscoverError(errorCode: 500 | 600 | 601, now: number): string {
  const time = new Date(now).toISOString().slice(11, 23);
  return document(`  <Response>
    <Error Time="${time}" Id="0">
      <ErrorCode>${errorCode}</ErrorCode>
      <Message>${MESSAGES[errorCode]}</Message>
      <DebugData/>
    </Error>
  </Response>
`);
}

const document = (content: string): string =>
  `<?xml version="1.0" encoding="utf-8"?>\n<Autodiscover xmlns="${RESPONSE}">\n${content}</Autodiscover>\n`;
