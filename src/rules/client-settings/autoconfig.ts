/**
 * Settings as Thunderbird, K-9 and others fetch them: configuration of version 1.1 in XML
 * (https://datatracker.ietf.org/doc/draft-ietf-mailmaint-autoconfig/). It is the same for everybody of a domain: programs put
 * the address in themselves, and nobody can ask whether there is one.
 */
import { escapeXml } from "../../syntax/xml/escape.ts";
import type { MailServices } from "./mail-services.ts";

type Server = { readonly element: "incomingServer" | "outgoingServer"; readonly type: "imap" | "smtp" } & {
  readonly port: number | undefined;
  /** As programs name TLS from the first octet, and after a command. */
  readonly socketType: "SSL" | "STARTTLS";
};

/** @param domain behind the at sign, in A-labels */
export function autoconfigXml(services: MailServices, domain: string): string {
  const { name, hostName, imaps, submissions, submission, documentation } = services;
  const servers: readonly Server[] = [
    { element: "incomingServer", type: "imap", port: imaps, socketType: "SSL" },
    { element: "outgoingServer", type: "smtp", port: submissions, socketType: "SSL" },
    { element: "outgoingServer", type: "smtp", port: submission, socketType: "STARTTLS" },
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="${escapeXml(domain)}">
    <domain>${escapeXml(domain)}</domain>
    <displayName>${escapeXml(name)}</displayName>
    <displayShortName>${escapeXml(name)}</displayShortName>
${servers.map((server) => serverXml(server, hostName)).join("")}    <documentation url="${escapeXml(documentation)}">
      <descr lang="en">Settings for any client</descr>
    </documentation>
  </emailProvider>
</clientConfig>
`;
}

/** The password goes over TLS as it is: a server that keeps only its hash can check it in no other way. */
function serverXml({ element, type, port, socketType }: Server, hostName: string): string {
  if (port === undefined) return "";
  return `    <${element} type="${type}">
      <hostname>${escapeXml(hostName)}</hostname>
      <port>${port}</port>
      <socketType>${socketType}</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </${element}>
`;
}
