/** What each kind of program reads out of its settings, with the eyes of that program as far as they are known. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { need, run } from "../../../test/system/program.ts";
import { xmlEvents } from "../../syntax/xml/elements.ts";
import { autoconfigXml } from "./autoconfig.ts";
import { autodiscoverError, autodiscoverXml, parseAutodiscover } from "./autodiscover.ts";
import { MAIL_SERVICES } from "./mail-services.fixture.ts";
import type { MailServices } from "./mail-services.ts";
import { mobileconfig } from "./mobileconfig.ts";
import { paccDigest, paccJson } from "./pacc.ts";

/** With what XML must not take as it is. */
const SERVICES: MailServices = {
  ...MAIL_SERVICES,
  name: "Post & <Co>",
  documentation: "https://example.org/docs/settings?a&b",
};
const OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a";
const asked = (address: string, schema = OUTLOOK): Uint8Array =>
  Buffer.from(`<?xml version="1.0" encoding="utf-8"?>
<Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"><Request>
<EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>${schema}</AcceptableResponseSchema></Request></Autodiscover>`);

/** Own texts of elements in order, as `name=text`. */
const texts = (xml: string): readonly string[] =>
  [...xmlEvents(xml.replace(/<!DOCTYPE[^>]*>/, ""))].flatMap((event) =>
    event.kind === "end" && event.text !== "" ? [`${event.name}=${event.text}`] : [],
  );

test("Thunderbird finds one server to read and two to send, and puts the address in itself", () => {
  const server = (port: number, socket: string): readonly string[] => [
    "hostname=mail.example.org",
    `port=${port}`,
    `socketType=${socket}`,
    "authentication=password-cleartext",
    "username=%EMAILADDRESS%",
  ];
  assert.deepEqual(texts(autoconfigXml(SERVICES, "example.org")), [
    "domain=example.org",
    "displayName=Post & <Co>",
    "displayShortName=Post & <Co>",
    ...server(993, "SSL"),
    ...server(465, "SSL"),
    ...server(587, "STARTTLS"),
    "descr=Settings for any client",
  ]);
  const less = autoconfigXml({ ...SERVICES, submission: undefined }, "example.org");
  assert.equal(less.match(/<outgoingServer type="smtp">/g)?.length, 1);
});

test("Outlook's request is understood, and gets its address back as the name to log in with", () => {
  const parsed = parseAutodiscover(asked("Anna@Example.ORG"), ["example.org"]);
  assert.deepEqual(parsed, { kind: "request", address: "Anna@Example.ORG", domain: "example.org" });
  const found = texts(autodiscoverXml(SERVICES, "a&b@example.org"));
  assert.deepEqual(found.slice(0, 6), [
    "AccountType=email",
    "Action=settings",
    "Type=IMAP",
    "Server=mail.example.org",
    "Port=993",
    "LoginName=a&b@example.org",
  ]);
  assert.ok(found.includes("Port=465") && found.filter((text) => text === "SSL=on").length === 2);
});

test("what is no request for one of our domains is refused with the code for it", () => {
  const code = (body: Uint8Array): number => {
    const parsed = parseAutodiscover(body, ["example.org"]);
    return parsed.kind === "refused" ? parsed.errorCode : 0;
  };
  assert.equal(code(asked("anna@example.net")), 500);
  assert.equal(code(asked("anna@sub.example.org")), 500);
  assert.equal(code(asked("anna")), 600);
  assert.equal(code(asked(`${"a".repeat(300)}@example.org`)), 600);
  assert.equal(code(asked("anna@example.org", "http://schemas.example/mobilesync")), 601);
  assert.equal(code(Buffer.from('<!DOCTYPE x [<!ENTITY a "b">]><EMailAddress>&a;@example.org</EMailAddress>')), 600);
  assert.match(autodiscoverError(600, 0), /<Error Time="00:00:00\.000" Id="0">\s*<ErrorCode>600</);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (body) => code(body) > 0));
});

test("the JSON names hosts alone, and its digest is that of the very octets", () => {
  const json = paccJson(SERVICES) ?? assert.fail("there is none");
  const { protocols, authentication, info } = JSON.parse(json);
  assert.deepEqual(protocols.imap, { host: "mail.example.org" });
  assert.deepEqual(protocols.submit, protocols.smtp);
  assert.deepEqual([authentication, info.provider.name], [{ password: true }, "Post & <Co>"]);
  assert.equal(paccDigest(json), `v=UAAC1; a=sha256; d=${createHash("sha256").update(json).digest("base64")}`);
  assert.equal(paccJson({ ...SERVICES, imaps: 10_993 }), undefined);
  assert.equal(paccJson({ ...SERVICES, submissions: undefined }), undefined);
});

test("a profile for Apple's systems is the same for the same settings, holds no password, and an address only when asked", () => {
  const options = { services: SERVICES, domain: "example.org", address: "anna@example.org" };
  const profile = mobileconfig(options) ?? assert.fail("there is none");
  assert.equal(profile, mobileconfig(options));
  for (const key of ["EmailAddress", "IncomingMailServerUsername", "OutgoingMailServerUsername"])
    assert.match(profile, new RegExp(`<key>${key}</key>\\n<string>anna@example\\.org</string>`));
  assert.match(profile, /<key>IncomingMailServerPortNumber<\/key>\n<integer>993<\/integer>/);
  assert.match(profile, /<key>OutgoingMailServerUseSSL<\/key>\n<true\/>/);
  assert.doesNotMatch(profile, /<key>\w*Password<\/key>\n<string>/);
  const open = mobileconfig({ ...options, address: undefined }) ?? assert.fail("there is none");
  assert.doesNotMatch(open, /@|Username/);
  const ids = [profile, open].flatMap(
    (text) => text.match(/[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}/g) ?? [],
  );
  assert.equal(new Set(ids).size, 4);
  assert.equal(mobileconfig({ ...options, services: { ...SERVICES, imaps: undefined } }), undefined);
});

test("every document is well-formed XML for a reader that forgives nothing", async (context) => {
  if (!need(context, "xmllint")) return;
  const documents = [
    autoconfigXml(SERVICES, "example.org"),
    autodiscoverXml(SERVICES, "a<&>\"'@example.org"),
    autodiscoverError(601, Date.UTC(2026, 0, 1)),
    mobileconfig({ services: SERVICES, domain: "example.org", address: "a&b@example.org" }) ?? "",
  ];
  for (const input of documents) await run("xmllint", ["--noout", "--nonet", "-"], { input });
});
