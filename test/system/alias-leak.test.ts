/**
 * A6: nothing that leaves under an alias names the primary address, nor the client's address, name or software. Mail clients
 * of awkward habits send under aliases; then everything that the other side ever heard is searched: envelopes, headers,
 * bodies, EHLO and signatures. What the holder sends under the primary address shows that the search finds it.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { SmtpClient } from "../clients/smtp-client.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN, PASSWORD, root } from "./lab.ts";
import { need, run } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { until } from "./world/until.ts";
import { type Destination, HOST_NAME, World } from "./world/world.ts";

const PRIMARY = `ada.lovelace@${DOMAIN}`;
const ALIAS = `countess@${DOMAIN}`;
const CLIENT_ADDRESS = "127.77.1.2";
const CLIENT_NAME = "ada-laptop.private.lan";
const LAN_ADDRESS = "192.168.77.12";
const SOFTWARE = "SecretMailer";
const SURE_LENGTH = 9;

const destinations: Readonly<Record<string, Destination>> = {
  "good.open.test": { manner: { offers: ["DSN", "SMTPUTF8", "CHUNKING"] } },
  "plain.open.test": { manner: {} },
  "bad.open.test": { manner: { rcpt: () => "550 5.1.1 no such person" } },
  "own.open.test": { manner: {} },
};

/** What clients write, with all that they should not. `Reply-To` and such are the holder's own words, and refused instead. */
const awkward = [
  `Sender: "Ada" <${PRIMARY}>`,
  `Return-Path: <${PRIMARY}>`,
  `Received: from ${CLIENT_NAME} ([${CLIENT_ADDRESS}]) by ${CLIENT_NAME} with ESMTP; Sat, 21 Nov 2026 12:00:00 +0000`,
  `Message-ID: <1234.5678@${CLIENT_NAME}>`,
  `In-Reply-To: <1111.2222@${CLIENT_NAME}>`,
  `References: <0.1@example.net> <1111.2222@${CLIENT_NAME}>`,
  `User-Agent: ${SOFTWARE}/9.9 (${CLIENT_NAME})`,
  `X-Mailer: ${SOFTWARE} 9.9`,
  `X-Originating-IP: [${CLIENT_ADDRESS}]`,
  `X-Forwarded-For: ${CLIENT_ADDRESS}`,
  `X-Sender: ${PRIMARY}`,
  `X-Authenticated-User: ${PRIMARY}`,
  `X-Envelope-From: <${PRIMARY}>`,
  `X-Identity-Key: id-of-${PRIMARY}`,
  `Autocrypt: addr=${PRIMARY}; keydata=AAAA`,
  `List-Unsubscribe: <mailto:${PRIMARY.replace("@", "%40")}?subject=no>`,
  `X-Odd: written on ${CLIENT_NAME} by ${PRIMARY}`,
  `X-Odd-2: "ada.lovelace"@${DOMAIN}, ada.lovelace (x) @ ${DOMAIN}`,
  `X-Odd-3: bounce+${PRIMARY.replace("@", "=")}@example.net`,
  `X-Odd-4: mailto:${PRIMARY.replace("@", "%40").replaceAll(".", "%2E")}`,
  `Mime-Version: 1.0 (${SOFTWARE} 16.0 \\(3731\\))`,
  `X-Mailer-Version: ${SOFTWARE} 9`,
  `X-EMail-Client: ${SOFTWARE}`,
  `X-Library: ${SOFTWARE}`,
  `X-Apple-Mail-Remote-Attachments: ${SOFTWARE}`,
  `Resent-From: <${ALIAS}>`,
  `Resent-User-Agent: ${SOFTWARE}`,
  `Resent-Message-ID: <1@${CLIENT_NAME}>`,
  `Content-ID: <5@${CLIENT_NAME}>`,
  `X-Originating-IP-Address: ${LAN_ADDRESS}`,
  `X-Client-Host: ${LAN_ADDRESS}`,
  `Received-SPF: pass client-ip=${LAN_ADDRESS}`,
  `Authentication-Results: ${CLIENT_NAME.replace("ada-", "")}; auth=pass smtp.auth=${SOFTWARE}`,
  `Bcc: <${PRIMARY}>`,
  `Disposition-Notification-To: <${ALIAS}>`,
  `Reply-To: <${ALIAS}>`,
];

type Sending = { readonly from?: string; readonly envelope?: string; readonly to: string; readonly fields?: string[] };

/** Sends with swaks from an address and under a name of the client's own. @throws Error with the transcript when it is refused */
function swaks(port: number, { from = ALIAS, envelope = from, to, fields = awkward }: Sending): Promise<string> {
  const text = [`From: The Countess <${from}>`, `To: <${to}>`, "Subject: an engine", ...fields, "", "A few words.", ""];
  const place = ["--server", `127.0.0.1:${port}`, "--tls-on-connect", "--local-interface", CLIENT_ADDRESS];
  const who = ["--ehlo", CLIENT_NAME, "--auth", "PLAIN", "--auth-user", PRIMARY, "--auth-password", PASSWORD];
  const what = ["--from", envelope, "--to", to, "--data", "-"];
  return run("swaks", [...place, ...who, ...what], { input: text.join("\n") });
}

/** A text as itself and as programs may write it into fields, parameters and encoded parts. */
function formsOf(text: string): readonly string[] {
  const octets = Buffer.from(text);
  // Where it lies in base64 depends on what stands before: what is sure of each of the three ways.
  const shifted = [0, 1, 2].map((n) => {
    const whole = Buffer.concat([Buffer.alloc(n), octets]).toString("base64");
    return whole.slice(Math.ceil((n * 4) / 3), Math.floor(((n + octets.length) * 4) / 3) - 1);
  });
  const at = ["%40", "=40", "+40"].map((sign) => text.replace("@", sign));
  const forms = [...at, octets.toString("hex"), ...shifted];
  // Shorter ones may stand in a signature by chance.
  return [text, ...new Set(forms.filter((form) => form.length >= SURE_LENGTH))];
}

test("A6: what leaves under an alias names neither the primary address nor the client", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS, "swaks")) return;
  const authorities = await makeAuthorities();
  await using world = await World.start({ destinations, authorities });
  const { home } = world;
  const altmail = join(root, "bin/altmail");
  await run(altmail, ["account", "add", PRIMARY, "--password-stdin", "--home", home], { input: `${PASSWORD}\n` });
  const added = await world.lab.commandBeside("alias", "add", PRIMARY, ALIAS);
  assert.equal(added.code, 0, added.stderr);
  const view = await world.view();
  const records = (address: string): Promise<unknown> =>
    until(`${address} is done`, async () => (await view.records(PRIMARY)).find((one) => one.recipient === address));
  const send = (sending: Sending): Promise<string> => swaks(world.submissionPort, sending);

  await context.test("clients that tell everything, in header and envelope", async () => {
    await send({ to: "b@good.open.test" });
    await send({ to: "b@plain.open.test", envelope: PRIMARY });
    await send({ to: "c@plain.open.test", from: `countess+lists@${DOMAIN}` });
    await send({ to: "b@bad.open.test" });
    using client = await world.submit(PRIMARY);
    const xtext = PRIMARY.replace("@", "+40");
    await client.send({
      from: PRIMARY,
      parameters: `RET=FULL ENVID=${xtext}`,
      to: [`d@good.open.test NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;${xtext}`],
      text: `From: ${ALIAS}\r\nTo: d@good.open.test\r\nSubject: parameters\r\n\r\nA few words.\r\n`,
    });
    for (const address of ["b@good.open.test", "d@good.open.test", "b@plain.open.test", "c@plain.open.test"])
      await records(address);
    await records("b@bad.open.test");
    assert.equal(world.host("good.open.test").taken.length, 2);
    assert.equal(world.host("plain.open.test").taken.length, 2);
  });

  await context.test("what the holder wrote is refused, not changed", async () => {
    for (const field of ["Reply-To", "Disposition-Notification-To", "Cc"]) {
      const refused = send({ to: "b@good.open.test", fields: [`${field}: <${PRIMARY}>`] });
      await assert.rejects(refused, /550[- ]5\.7\.1 .*alias/i);
    }
  });

  await context.test("a bounce from the other side goes to the alias, and causes nothing more", async () => {
    const [taken] = world.host("plain.open.test").taken;
    const sender = /^MAIL FROM:<(.*?)>/.exec(taken?.mail ?? "")?.[1] ?? "";
    assert.equal(sender, ALIAS);
    using smtp = await SmtpClient.open(world.lab.smtpPort);
    const header = (taken?.text ?? "").split("\r\n\r\n", 1)[0] ?? "";
    const report = [
      "From: MAILER-DAEMON@plain.open.test",
      `To: <${sender}>`,
      "Subject: returned after all",
      'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
      "",
      "--b\r\n\r\nIt came to nothing.",
      "--b\r\nContent-Type: message/delivery-status\r\n",
      "Reporting-MTA: dns; mx.plain.open.test\r\n",
      "Final-Recipient: rfc822; b@plain.open.test\r\nAction: failed\r\nStatus: 5.2.2",
      `--b\r\nContent-Type: text/rfc822-headers\r\n\r\n${header}`,
      "--b--",
      "",
    ];
    await smtp.send("", [sender], report.join("\r\n"));
    using inbox = await world.inbox(PRIMARY);
    assert.equal((await inbox.arrived("Subject: returned after all")).length, 1);
    await inbox.arrived("Final-Recipient: rfc822; b@bad.open.test");
    assert.deepEqual(await view.items(), []);
  });

  await context.test("nothing of it was ever heard by anybody", async () => {
    const [record] = await view.records(PRIMARY);
    const secrets = [
      PRIMARY,
      "lovelace",
      CLIENT_ADDRESS,
      LAN_ADDRESS,
      CLIENT_NAME,
      "ada-laptop",
      SOFTWARE,
      "swaks v",
      record?.account ?? "",
    ];
    const hosts = ["good.open.test", "plain.open.test", "bad.open.test"].map((name) => world.host(name));
    for (const { heard, sessions, taken } of hosts) {
      assert.ok(sessions.length > 0);
      for (const form of secrets.flatMap(formsOf))
        assert.ok(!heard.toLowerCase().includes(form.toLowerCase()), `the other side heard ${form}:\n${heard}`);
      for (const { commands } of sessions) assert.equal(commands[0], `EHLO ${HOST_NAME}`);
      for (const { text, mail } of taken) {
        assert.match(mail, /^MAIL FROM:<countess(?:\+lists)?@example\.test>/);
        const unfolded = text.replaceAll("\r\n\t", " ").replaceAll("\r\n ", " ");
        const signatures = unfolded.match(/^DKIM-Signature: .*$/gm) ?? [];
        assert.equal(signatures.length, 2);
        for (const signature of signatures)
          assert.doesNotMatch(signature.replace(`i=@${DOMAIN}`, ""), /\bi=/, "the signature names a person");
        assert.match(text, new RegExp(`^Message-ID: *(?:\r\n)? *<[^>@]+@${DOMAIN}>\r$`, "m"));
      }
    }
  });

  await context.test("the search finds what is sent under the primary address", async () => {
    await send({ to: "b@own.open.test", from: PRIMARY, fields: [`X-Odd: written by ${PRIMARY}`] });
    await records("b@own.open.test");
    const { heard } = world.host("own.open.test");
    assert.ok(heard.includes(PRIMARY) && heard.includes("lovelace"));
    for (const form of formsOf(CLIENT_NAME)) assert.ok(!heard.includes(form));
  });
});
