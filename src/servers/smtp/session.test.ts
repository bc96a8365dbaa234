/** Whole sessions over a pair of streams in memory, with memory stores behind them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { turns } from "../../../test/world/fake-clock.ts";
import type { Receipt } from "../../service/delivery/receipt.ts";
import { smtpLimits } from "./limits.ts";
import { messageOf, Peer } from "./peer.fixture.ts";

test("a message travels from MAIL to the account, with its trace before it and its octets untouched", async () => {
  await using peer = await Peer.open();
  await peer.expect(/^220 mx\.example\.test ESMTP\r\n$/);
  peer.send("EHLO client.example.net\r\n");
  await peer.expect(/^250-mx\.example\.test\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n[^]*250 DSN\r\n$/);
  peer.send("MAIL FROM:<bob@example.net> SIZE=100 BODY=8BITMIME\r\nRCPT TO:<u1@example.test>\r\nDATA\r\n");
  await peer.expect(/^250 2\.1\.0 [^]*250 2\.1\.5 [^]*354 [^\r]*\r\n$/);
  peer.send("Subject: x\r\n\r\n..dot\r\n.\r\n");
  await peer.expect(/^250 2\.0\.0 Accepted as [0-9a-f]{32}\r\n$/);
  peer.send("QUIT\r\n");
  await peer.expect(/^221 /);
  await peer.closed;
  const [mail] = await peer.mails("u1");
  assert.match(
    mail ?? "",
    /^Return-Path: <bob@example\.net>\r\nReceived: from client\.example\.net \(\[192\.0\.2\.7\]\)\r\n\tby mx\.example\.test with ESMTP id [0-9a-f]{32} for <u1@example\.test>;\r\n\t\w{3}, [^\r]*\+0000\r\nSubject: x\r\n\r\n\.dot\r\n$/,
  );
});

test("RFC 2920 section 3.2: a pipelined batch is answered in one write", async () => {
  await using peer = await Peer.ready();
  peer.send("NOOP\r\nMAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nRCPT TO:<none@example.test>\r\nDATA\r\n");
  assert.equal(await peer.expect(/354 [^\r]*\r\n$/), 1);
});

test("recipients: aliases, tags, capitals and postmaster are taken, the unknown and the foreign refused", async () => {
  await using peer = await Peer.ready();
  peer.send("MAIL FROM:<>\r\n");
  await peer.expect(/^250 /);
  for (const [address, reply] of [
    ["u1@example.test", /^250 2\.1\.5/],
    ["U1@Example.TEST", /^250 2\.1\.5/],
    ["alias@example.test", /^250 2\.1\.5/],
    ["u2+news@example.test", /^250 2\.1\.5/],
    ["@relay.example:u2@example.test", /^250 2\.1\.5/],
    ["Postmaster", /^250 2\.1\.5/],
    ["abuse@example.test", /^250 2\.1\.5/],
    ["nobody@example.test", /^550 5\.1\.1/],
    ["u1@example.org", /^550 5\.7\.1/],
    ["u1", /^501 5\.1\.3/],
  ] as const) {
    peer.send(`RCPT TO:<${address}>\r\n`);
    await peer.expect(reply);
  }
  peer.send("DATA\r\n");
  await peer.expect(/^354 /);
  peer.send("\r\n.\r\n");
  await peer.expect(/^250 /);
  assert.equal((await peer.mails("u1")).length, 1);
  assert.equal((await peer.mails("u2")).length, 1);
  // With several recipients none is named.
  assert.doesNotMatch((await peer.mails("u1"))[0] ?? "", / for </);
});

test("RFC 3030 section 2: a message in chunks, octets as they are, pipelined", async () => {
  await using peer = await Peer.ready();
  peer.send(
    "MAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<u1@example.test>\r\nBDAT 5\r\na\n\r\0bBDAT 3 LAST\r\n.\r\nQUIT\r\n",
  );
  await peer.expect(/^250 2\.1\.0 [^]*250 2\.1\.5 [^]*250 2\.0\.0 5 octets[^]*250 2\.0\.0 Accepted[^]*221 /);
  assert.match((await peer.mails("u1"))[0] ?? "", /\+0000\r\na\n\r\0b\.\r\n$/);
});

test("smuggling: what a bare line end hides is no second message, and the first is refused", async () => {
  for (const end of ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r"]) {
    await using peer = await Peer.ready();
    peer.send("MAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nDATA\r\n");
    await peer.expect(/354 /);
    peer.send(
      `Subject: a\r\n\r\nb${end}MAIL FROM:<x@example.net>\r\nRCPT TO:<u2@example.test>\r\nDATA\r\nc\r\n.\r\nNOOP\r\n`,
    );
    await peer.expect(/^550 5\.6\.11 [^\r]*\r\n250 2\.0\.0 Nothing done\r\n$/);
    assert.deepEqual(await peer.mails("u1"), []);
  }
});

test("a message that is too large is read to its end and refused; an endless one ends the session", async () => {
  const limits = { ...smtpLimits, maxMessageBytes: 1000, maxDiscardBytes: 5000 };
  await using peer = await Peer.ready({ limits });
  peer.send("MAIL FROM:<> SIZE=1001\r\nMAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nDATA\r\n");
  await peer.expect(/^552 5\.3\.4 [^]*354 /);
  peer.send(`${messageOf(2000)}.\r\n`);
  await peer.expect(/^552 5\.3\.4/);
  peer.send("MAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nBDAT 1001 LAST\r\n");
  peer.send(messageOf(1001));
  await peer.expect(/552 5\.3\.4/);
  peer.send("MAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nDATA\r\n");
  await peer.expect(/354 /);
  peer.send(messageOf(9000));
  await peer.expect(/^552 5\.3\.4 [^\r]*\r\n421 /);
  await peer.closed;
  assert.deepEqual(await peer.mails("u1"), []);
});

test("silent peers hear 421 in every state, and dripping octets do not prolong a command", async () => {
  await using silent = await Peer.ready();
  await silent.clock.advance(smtpLimits.commandTimeoutMs - 1);
  silent.send("NO");
  await silent.clock.advance(1);
  await silent.expect(/^421 4\.4\.2/);
  await silent.closed;
  await using data = await Peer.ready();
  data.send("MAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nDATA\r\n");
  await data.expect(/354 /);
  data.send("Subject: never whole\r\n");
  await turns(5);
  await data.clock.advance(smtpLimits.dataTimeoutMs + 1);
  await data.expect(/^421 4\.4\.2/);
  await data.closed;
});

test("too many bad commands, refused recipients or idle commands end the session", async () => {
  const limits = { ...smtpLimits, maxBadCommands: 3, maxRefusedRecipients: 2, maxIdleCommands: 5 };
  for (const commands of [
    "X\r\nDATA\r\nRCPT\r\n",
    "MAIL FROM:<>\r\nRCPT TO:<x1@example.test>\r\nRCPT TO:<x2@example.test>\r\n",
    "NOOP\r\n".repeat(5),
  ]) {
    await using peer = await Peer.ready({ limits });
    peer.send(commands);
    await peer.expect(/421 4\.7\.0 [^\r]*\r\n$/);
    await peer.closed;
  }
});

test("when the service stops, who waits hears 421", async () => {
  await using peer = await Peer.ready();
  peer.stop.abort();
  await peer.expect(/^421 4\.3\.2/);
  await peer.closed;
});

test("RFC 3207 section 4.2: STARTTLS forgets everything and discards what was pipelined", async () => {
  await using peer = await Peer.open({ tls: true });
  await peer.expect(/^220 /);
  peer.send("EHLO a\r\nSTARTTLS\r\nMAIL FROM:<evil@example.net>\r\n");
  await peer.expect(/250 STARTTLS\r\n220 2\.0\.0 /);
  peer.send("MAIL FROM:<>\r\nEHLO b\r\nSTARTTLS\r\n");
  await peer.expect(/^503 5\.5\.1 Say EHLO first\r\n250-[^]*250 DSN\r\n503 5\.5\.1 TLS/);
});

test("a line that is too long is refused once, and the next one is read", async () => {
  await using peer = await Peer.ready();
  peer.send(`NOOP ${"x".repeat(10_000)}`);
  await turns(5);
  peer.send(`${"x".repeat(10_000)}\r`);
  await turns(5);
  peer.send("\nNOOP\r\n");
  await peer.expect(/^500 5\.5\.2 [^\r]*\r\n250 2\.0\.0 Nothing done\r\n$/);
});

test("too many recipients are sent to another message", async () => {
  await using peer = await Peer.ready({ limits: { ...smtpLimits, maxRecipients: 1 } });
  peer.send("MAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nRCPT TO:<u2@example.test>\r\n");
  await peer.expect(/250 2\.1\.5 [^\r]*\r\n452 4\.5\.3/);
});

test("RFC 6531 section 3.5: addresses beyond ASCII need SMTPUTF8", async () => {
  await using peer = await Peer.ready();
  peer.send("MAIL FROM:<ü@example.net>\r\nMAIL FROM:<ü@example.net> SMTPUTF8\r\nRCPT TO:<u1@example.test>\r\nDATA\r\n");
  await peer.expect(/^553 5\.6\.7 [^]*354 /);
  peer.send("\r\n.\r\n");
  await peer.expect(/^250 /);
  assert.match((await peer.mails("u1"))[0] ?? "", /^Return-Path: <ü@example\.net>[^]*with UTF8SMTP id/);
});

test("L1: each message and each refusal is one event of the log, and a session's end another", async () => {
  await using peer = await Peer.ready();
  peer.send("RCPT TO:<u1@example.test>\r\nMAIL FROM:<>\r\nRCPT TO:<u1@example.test>\r\nDATA\r\n");
  await peer.expect(/354 /);
  peer.send("a\r\n.\r\nQUIT\r\n");
  await peer.expect(/221 /);
  await peer.closed;
  assert.deepEqual(
    peer.events.map(([name]) => name),
    ["smtp.refused", "smtp.message", "smtp.closed"],
  );
  const [, fields] = peer.events[1] ?? assert.fail();
  assert.deepEqual(
    { ...fields, session: undefined },
    {
      session: undefined,
      client: "192.0.2.7",
      helo: "client.example.net",
      verb: "DATA",
      bytes: 3,
      recipients: 1,
      crowd: 0,
      tls: false,
      code: 250,
      enhanced: "2.0.0",
    },
  );
});

test("L1: the end of a session tells the octets that it served, those before TLS among them", async () => {
  await using peer = await Peer.open({ tls: true });
  await peer.expect(/^220 /);
  peer.send("EHLO a\r\nSTARTTLS\r\n");
  await peer.expect(/220 2\.0\.0 /);
  peer.send("EHLO b\r\nQUIT\r\n");
  await peer.expect(/221 /);
  await peer.closed;
  const [name, fields] = peer.events.at(-1) ?? assert.fail();
  assert.equal(name, "smtp.closed");
  assert.equal(fields["bytes"], peer.received);
});

test("RFC 8689 section 6: whoever writes the receipt hears that the message came with REQUIRETLS", async () => {
  const heard: unknown[] = [];
  const receipts = async ({ envelope }: Receipt): Promise<void> => void heard.push(envelope.requireTls);
  await using peer = await Peer.ready({ tls: true, receipts });
  peer.send("STARTTLS\r\n");
  await peer.expect(/^220 /);
  peer.send("EHLO client.example.net\r\n");
  await peer.expect(/250-REQUIRETLS\r\n[^]*250 DSN\r\n$/);
  for (const parameter of ["", " REQUIRETLS"]) {
    peer.send(`MAIL FROM:<bob@example.net>${parameter}\r\nRCPT TO:<u1@example.test> NOTIFY=SUCCESS\r\nDATA\r\n`);
    await peer.expect(/354 [^\r]*\r\n$/);
    peer.send(`Subject: x${parameter}\r\n\r\n.\r\n`);
    await peer.expect(/^250 /);
  }
  assert.deepEqual(heard, [false, true]);
});
