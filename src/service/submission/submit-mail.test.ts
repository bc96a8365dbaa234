import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { HOUR, MINUTE } from "../../host/clock.ts";
import { RelaxedBodyHash } from "../../rules/dkim/canonical.ts";
import { keyRecord, keyRecordName } from "../../rules/dkim/key-record.ts";
import { memoryDkimKeys } from "../../store/memory/dkim-keys.ts";
import { StoreError } from "../../store/store-error.ts";
import type { OutgoingScanner, ScanVerdict } from "../delivery/scanner.ts";
import { createDkimSigner } from "./dkim-signer.ts";
import { minuteOf } from "./send-limits.ts";
import { ANNA, Desk, PRIMARY, said } from "./submitting.fixture.ts";

const text = `From: Anna <${PRIMARY}>\nTo: x@remote.test\nSubject: hello\n\nbody\n`;
const asAlias = text.replace(PRIMARY, "pen@example.test");

test("a message goes to the queue signed, with our trace and without the client's, and its body untouched", async () => {
  const desk = await Desk.open();
  const id = /^250 2\.0\.0 Queued as ([0-9a-f]{32})$/.exec(
    await desk.send({
      text: `Received: from annas-laptop.lan\nBcc: y@remote.test\n${text}`,
      parameters: "BODY=8BITMIME RET=HDRS ENVID=ab REQUIRETLS",
    }),
  )?.[1];
  assert.deepEqual(desk.last.message, {
    id,
    account: ANNA,
    sender: PRIMARY,
    messageId: /Message-ID: <([^>]*)>/.exec(desk.last.text)?.[1],
    body: "7BIT",
    smtpUtf8: false,
    tlsWish: "required",
    ret: "HDRS",
    envid: "ab",
    submittedAt: desk.clock.now(),
  });
  assert.match(
    desk.last.text,
    /^DKIM-Signature: v=1; d=example\.test\r\nReceived: by mx\.example\.test with ESMTPSA id [0-9a-f]{32};\r\n\tMon, 1 Jun 2026 12:00:00 \+0000\r\nFrom: Anna [^\r]*\r\nTo: x@remote\.test\r\nSubject: hello\r\nMessage-ID: <[0-9a-f]{32}@example\.test>\r\nDate: [^\r]*\r\n\r\nbody\r\n$/,
  );
  assert.deepEqual(desk.last.recipients, [
    { address: "x@remote.test", destination: "remote.test", notify: undefined, orcpt: undefined },
  ]);
});

test("F5: what leaves is verified by mailauth, whether the body is in memory or on the spool", async () => {
  const clock = new FakeClock("2026-06-01T12:00:00Z");
  const keys = memoryDkimKeys();
  const zone = new Map<string, string>();
  for (const [algorithm, pair] of [
    ["rsa-sha256", generateKeyPairSync("rsa", { modulusLength: 2048 })],
    ["ed25519-sha256", generateKeyPairSync("ed25519")],
  ] as const) {
    const spki = pair.publicKey.export({ format: "der", type: "spki" });
    const publicKey = algorithm === "rsa-sha256" ? spki : spki.subarray(-32);
    const selector = algorithm.slice(0, 3);
    await keys.add(
      { domain: "example.test", selector, algorithm, publicKey, madeAt: 0 },
      pair.privateKey.export({ format: "der", type: "pkcs8" }),
    );
    await keys.move("example.test", selector, "made", "active", 0);
    zone.set(keyRecordName("example.test", selector), keyRecord({ algorithm, publicKey }));
  }
  const desk = await Desk.open({ signer: createDkimSigner({ keys, clock }), memoryBytes: 4096 });
  const resolver = async (name: string): Promise<string[][]> => [[zone.get(name) ?? ""]];
  for (const body of ["", "short \t \n\n\n", "a line of a long body\n".repeat(1000)]) {
    assert.match(await desk.send({ text: text.replace("body\n", body) }), /^250 /);
    assert.equal(desk.last.text.slice(desk.last.text.indexOf("\r\n\r\n") + 4), body.replaceAll("\n", "\r\n"));
    const { results } = await dkimVerify(Buffer.from(desk.last.text), { resolver, curTime: new Date(clock.now()) });
    assert.deepEqual(
      results.map(({ status }) => status.result),
      ["pass", "pass"],
    );
  }
  assert.match(await desk.send({ text: text.replace(PRIMARY, "shop@other.test") }), /^250 /);
  assert.doesNotMatch(desk.last.text, /DKIM-Signature/, "a domain whose keys nobody can look up signs nothing");
  assert.deepEqual(desk.events, ["dkim.unsigned other.test"], "and it is told");
});

test("A3: the sender must be the account's own; the refusal names what is", async () => {
  const desk = await Desk.open();
  for (const from of ["pen@example.test", "Anna.Primary+tag@EXAMPLE.test", "shop@other.test"])
    assert.match(await desk.send({ from, text }), /^250 /, from);
  assert.match(
    await desk.send({ from: "eve@example.net", text }),
    /^550 5\.7\.1 The sender is not an address of your account\..* anna\.primary@example\.test, pen@example\.test, shop@other\.test$/,
  );
  assert.match(
    await desk.send({ text: text.replace(PRIMARY, "eve@example.net") }),
    /^550 5\.7\.1 The field From .*pen@example/,
  );
  assert.match(await desk.send({ from: "", text }), /^550 5\.7\.1 Only a disposition notification/);
  const notification = `Content-Type: multipart/report; report-type=disposition-notification; boundary=a\n${text}`;
  assert.match(await desk.send({ from: "", text: notification }), /^250 /);
  assert.equal(desk.last.message.sender, "");
});

test("A3: an alias that was given up while the message came sends no more, neither as sender nor as author", async () => {
  for (const [from, author] of [
    ["pen@example.test", PRIMARY],
    [PRIMARY, "pen@example.test"],
  ] as const) {
    const desk = await Desk.open();
    const draft = await desk.mail({ from });
    if ("code" in draft) assert.fail(said(draft));
    await draft.recipient({ local: "x", domain: "remote.test" }, { notify: undefined, orcpt: undefined });
    await draft.write(Buffer.from(text.replace(PRIMARY, author).replaceAll("\n", "\r\n")));
    await desk.directory.removeAlias(ANNA, "pen@example.test");
    assert.match(said(await draft.finish()), /^550 5\.7\.1 .* anna\.primary@example\.test, shop@other\.test$/);
    assert.equal(desk.submitted.length, 0);
  }
});

test("A6: under an alias neither envelope nor header names the primary address, nor the client", async () => {
  const desk = await Desk.open();
  const machine = `Sender: ${PRIMARY}\nX-Env: <${PRIMARY}>\nX-Host: annas-laptop.lan [192.0.2.7]\n`;
  const rcpt = { notify: undefined, orcpt: `rfc822;${PRIMARY}` };
  for (const from of [PRIMARY, "anna.primary+x@example.test", "pen+y@example.test"]) {
    const sent = { from, rcpt, text: machine + asAlias, parameters: `ENVID=annas-laptop.lan.1` };
    assert.match(await desk.send(sent), /^250 /);
    const all = JSON.stringify(desk.last);
    assert.doesNotMatch(all, /anna\.primary|laptop|192\.0\.2\.7/i, from);
  }
  assert.equal(desk.submitted[0]?.message.sender, "pen@example.test");
  assert.equal(desk.submitted[2]?.message.sender, "pen+y@example.test");
  assert.match(
    await desk.send({ text: `Reply-To: ${PRIMARY}\n${asAlias}` }),
    /^550 5\.7\.1 The message is sent under an alias/,
  );
});

test("A6: a disposition notification does not tell the client's machine and software, and its signature fits", async () => {
  let signed = "";
  const signer = {
    sign: async ({ bodyHash }: { bodyHash: string }): Promise<string> => {
      signed = bodyHash;
      return "";
    },
  };
  for (const memoryBytes of [undefined, 10]) {
    const desk = await Desk.open({ signer, ...(memoryBytes === undefined ? {} : { memoryBytes }) });
    const head = 'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n';
    const part = "--b\n\nread\n--b\nContent-Type: message/disposition-notification\n\n";
    const fields =
      "Final-Recipient: rfc822;pen@example.test\nDisposition: manual-action/MDN-sent-manually; displayed\n";
    const agent = "Reporting-UA: annas-laptop.lan; Thunderbird 115\n";
    const to = "From: pen@example.test\nTo: x@remote.test\n\n";
    assert.match(await desk.send({ from: "", text: `${head}${to}${part}${agent}${fields}--b--\n` }), /^250 /);
    const body = desk.last.text.slice(desk.last.text.indexOf("\r\n\r\n") + 4);
    assert.equal(body, `${part}${fields}--b--\n`.replaceAll("\n", "\r\n"));
    const hash = new RelaxedBodyHash();
    hash.write(Buffer.from(body));
    assert.equal(signed, hash.end());
  }
});

test("A6: a disposition notification under an alias names the alias where it named the primary; one that is encoded is refused", async () => {
  const desk = await Desk.open();
  const notification = (from: string, more: string, fields: string): string =>
    `From: ${from}\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n` +
    `--b\nContent-Type: message/disposition-notification\n${more}\n${fields}\n--b--\n`;
  const fields = `Final-Recipient: rfc822;${PRIMARY}\nDisposition: manual-action/MDN-sent-manually; displayed\n`;
  assert.match(await desk.send({ from: "", text: notification("Pen <pen+x@example.test>", "", fields) }), /^250 /);
  assert.ok(desk.last.text.includes("\r\n\r\nFinal-Recipient: rfc822;pen@example.test\r\nDisposition: m"));
  assert.doesNotMatch(desk.last.text, /primary/);
  assert.match(await desk.send({ from: "", text: notification(PRIMARY, "", fields) }), /^250 /);
  assert.ok(desk.last.text.includes(fields.replaceAll("\n", "\r\n")));
  const encoded = Buffer.from(`Reporting-UA: annas-laptop.lan\n${fields}`).toString("base64");
  for (const from of [PRIMARY, "pen@example.test"])
    assert.match(
      await desk.send({ from: "", text: notification(from, "Content-Transfer-Encoding: base64\n", encoded) }),
      /^550 5\.6\.0 .*notification.* 7bit or 8bit/,
    );
  assert.equal(desk.submitted.length, 2);
});

test("recipients: twice the same is once, ours are asked for, domains go in A-labels", async () => {
  const desk = await Desk.open();
  const to = ["x@Remote.test", "x@remote.test", "y@bücher.test", "pen@example.test", "z@[192.0.2.1]"];
  assert.match(await desk.send({ to, text }), /^250 /);
  assert.deepEqual(
    desk.last.recipients.map(({ address, destination }) => `${address} ${destination}`),
    [
      "x@remote.test remote.test",
      "y@xn--bcher-kva.test xn--bcher-kva.test",
      "pen@example.test example.test",
      "z@[192.0.2.1] [192.0.2.1]",
    ],
  );
  assert.equal(await desk.send({ to: ["nobody@example.test"], text }), "550 5.1.1 There is nobody");
});

test("what a message is, decides what its hosts must know: 8 bits, UTF-8 in header or addresses", async () => {
  const desk = await Desk.open();
  const kind = async (sent: Parameters<Desk["send"]>[0]): Promise<string> => {
    const reply = await desk.send(sent);
    return reply.startsWith("250") ? `${desk.last.message.body} ${desk.last.message.smtpUtf8}` : reply;
  };
  assert.equal(await kind({ text, parameters: "BODY=8BITMIME SMTPUTF8" }), "7BIT false");
  assert.equal(await kind({ text: text.replace("body", "bödy") }), "8BITMIME false");
  assert.equal(await kind({ text: text.replace("hello", "hällo"), parameters: "SMTPUTF8" }), "8BITMIME true");
  assert.match(desk.last.text, /with UTF8SMTPSA[^]*hällo/);
  assert.equal(await kind({ text, to: ["ü@remote.test"], parameters: "SMTPUTF8" }), "7BIT true");
  assert.equal(await kind({ text: text.replace("body", "bödy"), parameters: "SMTPUTF8" }), "8BITMIME false");
  const parts = (name: string, body: string): string =>
    text
      .replace("\n\n", "\nContent-Type: multipart/mixed; boundary=b\n\n")
      .replace("body\n", `--b\nContent-Disposition: attachment; filename=${name}\n\n${body}\n--b--\n`);
  assert.equal(await kind({ text: parts("übung.txt", "body"), parameters: "SMTPUTF8" }), "8BITMIME true");
  assert.equal(await kind({ text: parts("exercise.txt", "bödy"), parameters: "SMTPUTF8" }), "8BITMIME false");
  assert.match(
    await kind({ text: text.replace("hello", "hällo") }),
    /^550 5\.6\.7 The header holds letters beyond ASCII/,
  );
});

test("of letters beyond ASCII those count that leave: a field that goes anyway costs neither the message nor SMTPUTF8", async () => {
  const desk = await Desk.open();
  const mailer = `X-Mailer: L\u00f6we 1\n${text}`;
  for (const parameters of ["", "SMTPUTF8", "BODY=8BITMIME"]) {
    assert.match(await desk.send({ text: mailer, parameters }), /^250 /, parameters);
    const { body, smtpUtf8 } = desk.last.message;
    assert.equal(`${body} ${smtpUtf8}`, "7BIT false", parameters);
  }
  assert.match(await desk.send({ text: `X-Motto: L\u00f6we\n${text}` }), /^550 5\.6\.7/);
});

test("RFC 8689 section 4.1: TLS-Required: No goes with the message and stays in it, unless MAIL asks for REQUIRETLS", async () => {
  const desk = await Desk.open();
  const field = "TLS-Required: No\n";
  for (const [header, parameters, wish] of [
    ["", "", "policy"],
    [field, "", "optional"],
    [field, "REQUIRETLS", "required"],
    [field + field, "", "policy"],
    ["TLS-Required: Yes\n", "", "policy"],
  ] as const) {
    assert.match(await desk.send({ text: header + text, parameters }), /^250 /);
    assert.equal(desk.last.message.tlsWish, wish, header + parameters);
    assert.ok(desk.last.text.includes(header.replaceAll("\n", "\r\n")));
  }
});

test("F4: at a limit the client hears when to try again, nothing is lost, and what did not go does not count", async () => {
  const desk = await Desk.open();
  desk.limits = { messagesAMinute: 2, recipientsAnHour: 4, recipientsADay: 100, firstsADay: 100 };
  desk.fault = new StoreError("full", "no room");
  for (let n = 0; n < 5; n++) assert.match(await desk.send({ text }), /^452 4\.3\.1/);
  desk.fault = undefined;
  for (let n = 0; n < 2; n++) assert.match(await desk.send({ text }), /^250 /);
  const reply = await desk.mail();
  assert.match(
    "code" in reply ? said(reply) : "",
    /^452 4\.7\.0 .* 2 messages a minute; try again after 2026-06-01 12:01 UTC$/,
  );
  await desk.clock.advance(MINUTE);
  const draft = await desk.mail();
  if ("code" in draft) assert.fail(said(draft));
  const to = ["a", "b", "c"].map((local) => ({ local, domain: "remote.test" }));
  const replies: string[] = [];
  for (const address of to) replies.push(said(await draft.recipient(address, { notify: undefined, orcpt: undefined })));
  assert.match(replies[2] ?? "", /^452 4\.5\.3 .* 4 recipients an hour; try again after 2026-06-01 13:00 UTC$/);
  await draft.write(Buffer.from(text.replaceAll("\n", "\r\n")));
  assert.match(said(await draft.finish()), /^250 /, "those that were taken go");
  assert.equal(desk.last.recipients.length, 2);
  await desk.clock.advance(HOUR);
  assert.match(await desk.send({ to: ["c@remote.test"], text }), /^250 /);
  assert.deepEqual(
    desk.events.filter((event) => event.startsWith("submission.limited")),
    [`submission.limited ${ANNA} messagesAMinute 60000`, `submission.limited ${ANNA} recipientsAnHour 3540000`],
  );
});

test("F4: what came back is in the limit of people not written to before, and the refusal says so", async () => {
  const desk = await Desk.open();
  desk.limits = { messagesAMinute: 9, recipientsAnHour: 99, recipientsADay: 99, firstsADay: 6 };
  assert.match(await desk.send({ to: ["known@remote.test"], text }), /^250 /);
  const minute = minuteOf(desk.clock.now());
  await desk.counts.charge(ANNA, { minute, since: minute }, 5, 5);
  assert.match(
    await desk.send({ to: ["new@remote.test"], text }),
    /^452 4\.5\.3 .* 6 recipients a day that you have not written to lately \(returned mail and complaints count as several\); try again after 2026-06-02 12:00 UTC$/,
  );
  assert.match(await desk.send({ to: ["known@remote.test"], text }), /^250 /);
});

test("F4: of two messages at once that fit alone only one goes", async () => {
  const desk = await Desk.open();
  desk.limits = { messagesAMinute: 1, recipientsAnHour: 9, recipientsADay: 9, firstsADay: 9 };
  const replies = await Promise.all([desk.send({ text }), desk.send({ text })]);
  assert.deepEqual(replies.map((reply) => reply.slice(0, 3)).toSorted(), ["250", "452"]);
  assert.equal(desk.submitted.length, 1);
});

test("A8: a paused account hears so at MAIL and, if it was paused meanwhile, at the end; others that may not send too", async () => {
  const desk = await Desk.open();
  const draft = await desk.mail();
  if ("code" in draft) assert.fail();
  await draft.recipient({ local: "x", domain: "remote.test" }, { notify: undefined, orcpt: undefined });
  await draft.write(Buffer.from(text.replaceAll("\n", "\r\n")));
  await desk.directory.setState(ANNA, "paused");
  assert.match(said(await draft.finish()), /^450 4\.7\.1 Sending is paused for this account/);
  assert.match(await desk.send({ text }), /^450 4\.7\.1/);
  for (const state of ["suspended", "closing"] as const) {
    await desk.directory.setState(ANNA, state);
    assert.match(await desk.send({ text }), /^550 5\.7\.1/);
  }
  assert.equal(desk.submitted.length, 0);
});

test("F3: scanners see the message as it leaves; what they refuse is refused with the reason, and nothing is queued", async () => {
  const seen: string[] = [];
  let verdict: ScanVerdict = { kind: "clean" };
  const scanner: OutgoingScanner = {
    async scan({ content, sender, recipients, account }) {
      seen.push(`${sender} ${recipients.join()} ${account === ANNA} ${content.size}`);
      return verdict;
    },
  };
  const desk = await Desk.open({ scanners: [scanner] });
  assert.match(await desk.send({ text }), /^250 /);
  assert.deepEqual(seen, [`${PRIMARY} x@remote.test true ${desk.last.text.length}`]);
  verdict = { kind: "refused", why: "virus", reason: "Eicar\r\n250 é" };
  assert.match(await desk.send({ text }), /^554 5\.7\.1 .* takes for a virus and was not sent: Eicar\?\?250 \?$/);
  verdict = { kind: "refused", why: "spam", reason: "GTUBE" };
  assert.match(await desk.send({ text }), /^554 5\.7\.1 .* spam .*GTUBE$/);
  verdict = { kind: "unavailable" };
  assert.match(await desk.send({ text }), /^451 4\.3\.0/);
  assert.equal(desk.submitted.length, 1);
});

test("A8: an account that is closed, or gives up an address, while scanners look, sends nothing, and nothing is counted", async () => {
  let meanwhile = async (): Promise<unknown> => undefined;
  const scanner: OutgoingScanner = {
    async scan() {
      await meanwhile();
      return { kind: "clean" };
    },
  };
  const desk = await Desk.open({ scanners: [scanner] });
  desk.limits = { messagesAMinute: 1, recipientsAnHour: 9, recipientsADay: 9, firstsADay: 9 };
  meanwhile = () => desk.directory.removeAlias(ANNA, "pen@example.test");
  assert.match(await desk.send({ text: asAlias }), /^550 5\.7\.1 .* anna\.primary@example\.test, shop@other\.test$/);
  meanwhile = () => desk.directory.setState(ANNA, "paused");
  assert.match(await desk.send({ text }), /^450 4\.7\.1/);
  await desk.directory.setState(ANNA, "active");
  meanwhile = () => desk.directory.setState(ANNA, "closing");
  assert.match(await desk.send({ text }), /^550 5\.7\.1/);
  await desk.directory.setState(ANNA, "active");
  meanwhile = async () => undefined;
  assert.match(await desk.send({ text }), /^250 /);
  assert.equal(desk.submitted.length, 1);
});

test("what is wrong with a message is refused: too large a header, too many hops", async () => {
  const desk = await Desk.open();
  assert.match(await desk.send({ text: `X: ${"x".repeat(300_000)}\n${text}` }), /^552 5\.3\.4 The header/);
  assert.match(await desk.send({ text: `${"Received: x\n".repeat(101)}${text}` }), /^554 5\.4\.6/);
  assert.match(await desk.send({ text: "" }), /^550 5\.6\.0 The message has no field From/);
});

test("a failure of ours is told and asks to try again", async () => {
  const spool = { create: () => Promise.reject(new StoreError("io", "the disk is gone")) };
  const desk = await Desk.open({ spool, memoryBytes: 10 });
  assert.match(await desk.send({ text: `${text}more than ten octets` }), /^451 4\.3\.0/);
  await desk.counts[Symbol.asyncDispose]();
  assert.match(await desk.send({ text }), /^451 4\.3\.0/);
  assert.deepEqual(desk.events, [`submission.failed spool io ${ANNA} s`, `submission.failed mail closed ${ANNA} s`]);
});

test("to whom a holder writes is told once it is queued, not what programs answer, and not what was not taken", async () => {
  const told: unknown[] = [];
  const desk = await Desk.open({ wrote: (...heard) => void told.push(heard) });
  const to = ["X@Remote.test", "friend@example.test"];
  assert.match(await desk.send({ to, text }), /^250 /);
  const both = [ANNA, ["x@remote.test", "friend@example.test"]];
  assert.deepEqual(told, [both]);
  const notification = `Content-Type: multipart/report; report-type=disposition-notification; boundary=a\n${text}`;
  for (const from of ["", PRIMARY]) assert.match(await desk.send({ from, to, text: notification }), /^250 /);
  assert.match(await desk.send({ to, text: `Auto-Submitted: Auto-Replied (vacation)\n${text}` }), /^250 /);
  desk.fault = new StoreError("io", "The queue is gone.");
  assert.match(await desk.send({ to, text }), /^4/);
  desk.fault = undefined;
  assert.equal(told.length, 1);
  assert.match(await desk.send({ to, text: `Auto-Submitted: no\n${text}` }), /^250 /);
  assert.deepEqual(told, [both, both]);
});
