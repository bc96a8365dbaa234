import assert from "node:assert/strict";
import { test } from "node:test";
import { domainToUnicode } from "node:url";
import * as fc from "fast-check";
import { editedFields, encodeHeader } from "../../syntax/message/header-edit.ts";
import { canonicalAddress } from "../../syntax/smtp/address.ts";
import { editHeader, type Editing, isDispositionNotification } from "./outgoing-header.ts";

const editing: Editing = {
  identity: { primary: "anna.primary@example.test", aliases: ["pen@example.test", "shop@other.test"] },
  canonical: (local, domain) => canonicalAddress({ local, domain: domain.toLowerCase() }),
  unicodeLabel: domainToUnicode,
  client: "192.0.2.7",
  helo: "annas-laptop.lan",
  now: Date.parse("2026-06-01T12:00:00Z"),
  freshId: "0123abcd",
};

const fieldsOf = (text: string): ReturnType<typeof editedFields> =>
  editedFields(Buffer.from(`${text.trim().replaceAll("\n", "\r\n")}\r\n\r\n`, "latin1"));

function edited(text: string, more: Partial<Editing> = {}): string {
  const header = editHeader(fieldsOf(text), { ...editing, ...more });
  if (header.kind === "refused") assert.fail(header.lines.join(" "));
  return Buffer.from(encodeHeader(header.fields)).toString("latin1").replaceAll("\r\n", "\n").trim();
}

function refusal(text: string): string {
  const header = editHeader(fieldsOf(text), editing);
  return header.kind === "refused" ? `${header.enhanced} ${header.lines.join("\n")}` : "none";
}

test("Date and Message-ID are added where they are missing, with the author's domain and nothing of the client", () => {
  assert.equal(
    edited("From: Pen <pen@example.test>\nSubject: a\n  b"),
    "From: Pen <pen@example.test>\nSubject: a\n  b\nMessage-ID: <0123abcd@example.test>\nDate: Mon, 1 Jun 2026 12:00:00 +0000",
  );
  const whole = "From: shop@other.test\nDate: Mon, 1 Jun 2026 09:00:00 +0200\nMessage-ID: <x.1@OTHER.test>";
  assert.equal(edited(whole).split("\n").toSorted().join("\n"), whole.split("\n").toSorted().join("\n"));
});

test("blind copies, the way so far and software go, other fields stay as they are", () => {
  const gone =
    "Bcc: eve@example.net\nReceived: from annas-laptop.lan (192.0.2.7)\n by x\nUser-Agent: Mutt/2\nX-Mailer: A\n" +
    "X-Originating-IP: [203.0.113.9]\nReturn-Path: <pen@example.test>\nFcc: ~/sent\n";
  const kept = "From: pen@example.test\nX-Priority: 1\nList-Id: <a.example.net>\nX-Face:  ab\n";
  assert.equal(
    edited(`${gone}${kept}Message-ID: <a@example.test>\nDate: 1 Jun 2026 09:00 +0200`),
    `${kept}Date: 1 Jun 2026 09:00 +0200\nMessage-ID: <a@example.test>`,
  );
});

test("fields that name the client, in any spelling, go too", () => {
  for (const [client, value] of [
    ["192.0.2.7", "from [192.0.2.7]"],
    ["192.0.2.7", "ip=192.0.2.7:587"],
    ["192.0.2.7", "::ffff:192.0.2.7"],
    ["192.0.2.7", "sent by ANNAS-LAPTOP.lan"],
    ["2001:db8::1:0", "[IPv6:2001:DB8:0:0:0:0:1:0]"],
    ["2001:db8::1:0", "2001:0db8::0001:0000"],
  ] as const)
    assert.doesNotMatch(edited(`From: pen@example.test\nX-Whatever: ${value}`, { client }), /whatever/i, value);
  assert.match(edited("From: pen@example.test\nX-Whatever: 192.0.2.77 1192.0.2.7"), /X-Whatever/);
});

test("a Message-ID keeps its left side and gets the author's domain, and so do references to earlier ones", () => {
  const id = (old: string, more = ""): string => edited(`From: pen@example.test\n${more}Message-ID: ${old}\nDate: x`);
  assert.match(id("<a.b@annas-laptop.lan>"), /Message-ID: <a\.b@example\.test>/);
  assert.match(id("<a.b@Example.test>"), /Message-ID: <a\.b@Example\.test>/);
  for (const told of ["<anna.primary@example.test>", "<a@[192.0.2.7]>x", "<a.annas-laptop.lan.b@x>", "a b", "<a>"])
    assert.match(id(told), /Message-ID: <0123abcd@example\.test>/, told);
  assert.match(
    id(
      "<b@annas-laptop.lan>",
      "References: <z@example.net>\n <a@annas-laptop.lan>\nIn-Reply-To: <a@annas-laptop.lan>\n",
    ),
    /References: <z@example\.net>\n <a@example\.test>\nIn-Reply-To: <a@example\.test>/,
  );
});

test("what others wrote is named as they named it, whatever becomes of the message's own id", () => {
  const refer = "In-Reply-To: <CA+bob@mail.example.com>\nReferences: <CA+ann@MAIL.example.com>\n <4711@localhost>";
  for (const [own, helo] of [
    ["<CA+own@mail.example.com>", "mail-ed1-f43.example.com"],
    ["<1@annas-laptop.lan>", "localhost"],
    ["<1@other.lan>", "example.com"],
    ["<1@example.com>", "[192.168.1.5]"],
  ] as const)
    assert.ok(edited(`From: pen@example.test\nMessage-ID: ${own}\n${refer}`, { helo }).includes(refer), own);
  for (const [came, leaves] of [
    ["<1@ANNAS-Laptop.lan>", "<1@example.test>"],
    ["<1@box.local> <2@[192.0.2.7]>\n <3@example.net>", "<1@example.test>\n <2@example.test>\n <3@example.net>"],
    ["<annas-laptop.lan.1@annas-laptop.lan> <3@example.net>", "<3@example.net>"],
    ["<x@bobs.lan> (from annas-laptop.lan) <3@example.net>", "<x@bobs.lan>\n <3@example.net>"],
    ["<anna.primary@example.test> <3@a.annas-laptop.lan.example.net>", "<3@a.annas-laptop.lan.example.net>"],
    ["<1@annas-laptop.lan >", undefined],
    ["", undefined],
  ] as const) {
    const text = edited(`From: pen@example.test\nMessage-ID: <0@box.local>\nReferences: ${came}`);
    assert.equal(/^References: ([^]*?)\n(?! )/m.exec(text)?.[1], leaves, came);
  }
});

test("a thread holds whatever its hosts are called: what becomes of an own id becomes of references to it", () => {
  const refer =
    "References: <1@gmail.com> <2@work.example> <3@mail.work.example>\nIn-Reply-To: <4@annas-laptop.example>";
  for (const [own, helo, leaves, references] of [
    ["<1@gmail.com>", "annas-laptop.lan", "<1@gmail.com>", refer],
    ["<1@gmail.com>", "[192.168.1.5]", "<1@gmail.com>", refer],
    ["<1@work.example>", "localhost", "<1@work.example>", refer],
    ["<1@mail.work.example>", "gate.other.example", "<1@mail.work.example>", refer],
    ["<1@other.test>", "[192.168.1.5]", "<1@other.test>", refer],
    ["<5@mail.work.example>", "[192.168.1.5]", "<5@example.test>", refer.replace("mail.work.example", "example.test")],
    ["<5@mail.work.example>", "laptop", "<5@example.test>", refer.replace("mail.work.example", "example.test")],
    ["<5@Mail.work.example>", "box.local", "<5@example.test>", refer.replace("mail.work.example", "example.test")],
    ["<5@box>", "annas-laptop.example", "<5@example.test>", refer.replace("annas-laptop.example", "example.test")],
    [
      "<5@x.annas-laptop.example>",
      "annas-laptop.example",
      "<5@example.test>",
      refer.replace("annas-laptop.example", "example.test"),
    ],
  ] as const) {
    const text = edited(`From: pen@example.test\nMessage-ID: ${own}\n${refer}`, { helo });
    assert.ok(text.includes(`Message-ID: ${leaves}\n`), text);
    assert.equal(text.replaceAll("\n <", " <").includes(references), true, `${own} ${helo} ${text}`);
  }
});

test("A6: behind an alias of another domain an own id does not have the primary address's domain", () => {
  const sent = "Message-ID: <1@example.test>\nIn-Reply-To: <2@example.test>";
  assert.match(
    edited(`From: shop@other.test\n${sent}`),
    /^In-Reply-To: <2@example\.test>\nMessage-ID: <1@other\.test>$/m,
  );
  assert.match(
    edited(`From: anna.primary@example.test\n${sent.replace("1@example", "1@other")}`),
    /^Message-ID: <1@other\.test>$/m,
  );
});

test("a machine with a name like a word takes no field away in which the word stands", () => {
  const text = [
    "From: Pen <pen@example.test>",
    "Organization: Debian",
    "Mail-Followup-To: debian-devel@lists.debian.org, Debian <x@debian>",
    "Mail-Reply-To: debian@example.net",
    "X-Debbugs-CC: debian",
    "List-Id: Debian <debian.example.net>",
    "Autocrypt: addr=pen@example.test; keydata=debian",
    "X-Link: https://www.debian.org/",
    "In-Reply-To: <debian.1@lists.debian.org>",
    "References: <0.debian@example.net>\n <debian.1@lists.debian.org>",
    "Message-ID: <debian.2.debian@example.test>",
    "Date: Mon, 1 Jun 2026 12:00:00 +0000",
  ].join("\n");
  const sorted = (fields: string): string =>
    fields
      .split(/\n(?! )/)
      .toSorted()
      .join("\n");
  assert.equal(sorted(edited(text, { helo: "debian" })), sorted(text));
  assert.doesNotMatch(
    edited(`${text}\nX-Whatever: on debian\nList-Software: x`, { helo: "debian" }),
    /Whatever|Software/,
  );
});

test("RFC 5322 section 2.1.1: a long id begins a line of its own, one for which no line is long enough is another", () => {
  for (const [length, leaves] of [
    [970, /^Message-ID: <a{970}@example\.test>$/m],
    [975, /^Message-ID:\n <a{975}@example\.test>$/m],
    [982, /^Message-ID:\n <a{982}@example\.test>$/m],
    [983, /^Message-ID: <0123abcd@example\.test>$/m],
  ] as const) {
    const left = "a".repeat(length);
    const text = edited(
      `From: pen@example.test\nMessage-ID:\n <${left}@box.lan>\nReferences: <1@x.example>\n <${left}@box.lan>\nIn-Reply-To:\n <${left}@box.lan>\n` +
        `Resent-Message-ID:\n <${left}@box.lan>\nContent-ID:\n <${left}@box.lan>`,
    );
    assert.match(text, leaves);
    for (const line of text.split("\n")) assert.ok(line.length <= 998, `${line.slice(0, 20)} ${line.length}`);
    assert.equal(text.includes(`\nIn-Reply-To:`), length < 983);
  }
});

test("ids of the body and of who resends tell no more than the message's own", () => {
  const text = edited(
    "Resent-From: pen@example.test\nResent-Message-ID: <7@box.local>\nContent-ID: <5@box.local>\nFrom: pen@example.test",
  );
  assert.match(text, /^Resent-Message-ID: <7@example\.test>$/m);
  assert.match(text, /^Content-ID: <5@example\.test>$/m);
  const cid = "From: pen@example.test\nContent-ID: <5@cid.example.net>";
  assert.match(edited(cid, { helo: "gate.example.org" }), /Content-ID: <5@cid\.example\.net>/);
  assert.match(edited(cid, { helo: "[192.168.1.5]" }), /Content-ID: <5@example\.test>/, "as the message's own");
  assert.doesNotMatch(edited("From: pen@example.test\nContent-ID: <192.0.2.7@box.local>"), /Content-ID/);
  assert.match(
    edited("Resent-From: pen@example.test\nResent-Message-ID: x\nFrom: pen@example.test"),
    /: <0123abcd\.1@/,
  );
});

test("a block of Resent fields has a date, also the second of two", () => {
  const now = "Resent-Date: Mon, 1 Jun 2026 12:00:00 +0000\n";
  const dated = "Resent-Date: Sun, 31 May 2026 12:00:00 +0000\n";
  const block = "Resent-From: pen@example.test\nResent-To: bob@example.net\n";
  const head = (text: string): string =>
    edited(`${text}From: pen@example.test`).split("From: pen@example.test\nMess")[0] ?? "";
  assert.equal(head(block), now + block);
  assert.equal(head(dated + block), dated + block);
  assert.equal(head(dated + block + block), dated + block + now + block);
  assert.equal(head(block + block + dated), now + block + block + dated);
  assert.equal(head(`Resent-Date: soon\n${block}`), now + block);
});

test("MIME-Version tells no program, and a Date that is none is the moment of sending", () => {
  const version = "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3731.700.6\\))";
  assert.match(edited(`From: pen@example.test\n${version}`), /^From: pen@example\.test\nMIME-Version: 1\.0\n/);
  for (const date of [
    "",
    "yesterday",
    "Fri, 32 Foo",
    "Fri, 32 May 2026 12:00:00 +0000",
    "Fri, 1 May 2026 25:00:00 +0000",
  ])
    assert.match(edited(`Date: ${date}\nFrom: pen@example.test`), /^Date: Mon, 1 Jun 2026 12:00:00 \+0000\nFrom/, date);
  for (const date of ["Fri, 1 May 2026 12:00:00 +0200 (CEST)", "Fri May  1 12:00:00 2026", "1 May 26 12:00 GMT"])
    assert.ok(edited(`Date: ${date}\nFrom: pen@example.test`).includes(`Date: ${date}\n`), date);
});

test("fields of addresses that hold none go, and no blank stands before a colon", () => {
  const text = edited(
    "tO \t: b@example.net\nCc:\nReply-To: \nX-Odd :  a\n b\nFrom: pen@example.test\nDate: 1 Jun 2026 09:00 +0000",
  );
  assert.equal(
    text,
    "tO: b@example.net\nX-Odd:  a\n b\nFrom: pen@example.test\nDate: 1 Jun 2026 09:00 +0000\nMessage-ID: <0123abcd@example.test>",
  );
});

test("what says how to read the body comes once", () => {
  for (const name of ["Content-Type", "MIME-Version", "Content-Transfer-Encoding", "Content-Disposition"])
    assert.equal(
      refusal(`From: pen@example.test\n${name}: a\n${name.toLowerCase()}: b`).toLowerCase(),
      `5.6.0 the field ${name.toLowerCase()} comes more than once`,
    );
});

test("RFC 5322 section 3.6: where several write, Sender says who sends, and under aliases not the primary address", () => {
  const two = "From: pen@example.test, shop@other.test";
  assert.match(edited(two), /^Sender: pen@example\.test$/m);
  assert.match(edited(two, { sender: "shop@other.test" }), /^Sender: shop@other\.test$/m);
  assert.match(edited(two, { sender: "anna.primary+a@example.test" }), /^Sender: pen@example\.test$/m);
  assert.match(edited(`${two}\nSender: anna.primary@example.test`), /^Sender: pen@example\.test$/m);
  assert.match(edited(`${two}\nSender: shop@other.test`), /^Sender: shop@other\.test$/m);
  assert.doesNotMatch(edited("From: pen@example.test", { sender: "shop@other.test" }), /Sender/);
});

test("a field of addresses is read in time of its octets", () => {
  const long = 8192;
  const spaces = ["\v", "\f", "\xa0", "\n", " \v\f\xa0"];
  const fields = [...spaces, " ", '"\\', "a ", '"a" ', "(", "=?", "a@b ", " <", "a@b,"]
    .flatMap((piece) => [piece.repeat(long / piece.length), `a@b${piece.repeat(long / piece.length - 3)}!`])
    .map((value) => ({ name: "from", value, raw: "" }));
  const start = process.cpuUsage();
  for (const field of fields) for (let n = 0; n < 20; n++) editHeader([field], editing);
  const { user } = process.cpuUsage(start);
  // 560 fields; a quadratic one alone took 200 ms.
  assert.ok(user < 2_000_000, `${user} us`);
});

test("RFC 6532: a letter one of whose octets is 0xA0 stands in an address like others", () => {
  const canonical = (local: string, domain: string): string =>
    Buffer.from(`${local}@${domain}`, "latin1").toString("utf8");
  const from = Buffer.from("From: Р à <РР@voilà.example>", "utf8").toString("latin1");
  const identity = { primary: "РР@voilà.example", aliases: [] };
  assert.ok(edited(from, { identity, canonical }).startsWith(from));
});

test("A3: every address of From and Sender must be the account's own; the refusal names what is", () => {
  for (const header of [
    "From: eve@example.net",
    "From: pen@example.test, eve@example.net",
    "From: pen@example.test\nSender: eve@example.net",
    "From: pen@example.test\nResent-From: eve@example.net",
    'From: "pen@example.test" <eve@example.net>',
  ]) {
    assert.match(refusal(header), /^5\.7\.1 The field \S+ holds an address that is not one of your account/, header);
    assert.match(refusal(header), /\nanna\.primary@example\.test, pen@example\.test, shop@other\.test$/);
  }
  for (const own of ["PEN@Example.test", '"A, b" <pen+x@example.test> (c (d))', "pen@example.test,shop@other.test"])
    assert.equal(refusal(`From: ${own}`), "none", own);
});

test("a From in which readers could find different addresses is refused", () => {
  for (const from of [
    "pen@example.test <eve@example.net>",
    "<pen@example.test> <eve@example.net>",
    "Pen <pen@example.test> eve@example.net",
    "<@evil.test:pen@example.test>",
    "Group: pen@example.test;",
    "pen",
    "",
    "pen@example.test,",
    '"pen <pen@example.test>',
    "=?utf-8?Q?<eve@example.net>?= <pen@example.test>",
    "pen@example.test (eve@example.net",
    `${"(".repeat(10)}${")".repeat(10)}pen@example.test`,
  ])
    assert.match(refusal(`From: ${from}`), /^5\.6\.0 /, from);
  assert.match(refusal("From: pen@example.test\nFrom: pen@example.test"), /From comes more than once/);
  assert.match(refusal("Subject: a"), /has no field From/);
  assert.match(refusal("From: pen@example.test\nno field"), /no field/);
  assert.match(refusal("From: pen@example.test\nX: \0"), /NUL/);
});

test("A6: what a program wrote of the primary address goes when an alias writes; what a person wrote is refused", () => {
  const alias = "From: pen@example.test\nDate: 1 Jun 2026 09:00 +0000\nMessage-ID: <a@example.test>\n";
  for (const field of [
    "Sender: Anna <anna.primary@example.test>",
    "X-Unknown: user=anna.primary@example.test",
    "X-Unknown: anna.primary+tag@example.test",
    "X-Unknown: anna.primary%40example.test",
    "X-Unknown: =?utf-8?Q?anna.primary=40example.test?=",
    "Autocrypt: addr=anna.primary@example.test; keydata=AA",
    "Mail-Followup-To: anna.primary@example.test",
    "References: <anna.primary@example.test>",
    'Sender: "anna.primary"@example.test',
    'Resent-Sender: "anna.primary"@example.test (Anna)',
  ]) {
    assert.doesNotMatch(edited(alias + field), /primary|Unknown/i, field);
    assert.match(
      edited(alias.replace("pen@", "anna.primary@") + field),
      /primary/,
      "the primary address may name itself",
    );
  }
  for (const field of [
    "Reply-To: Anna.Primary@example.test",
    'Reply-To: "anna.primary"@example.test',
    'Reply-To: "anna\\.primary"@example.test',
    "Reply-To: <anna.primary((c) d)@example.test>",
    "Reply-To: anna . primary @ example . test",
    "Reply-To: bounce+anna.primary=example.test@example.net",
    "Cc: x@example.net, a <anna.primary+x@EXAMPLE.test>",
    "To: =?utf-8?B?YW5uYS5wcmltYXJ5QGV4YW1wbGUudGVzdA==?= <x@example.net>",
  ])
    assert.match(refusal(alias + field), /^5\.7\.1 .*under an alias, but its field (?:Reply-To|Cc|To) names/, field);
  assert.match(
    refusal(alias.replace("pen@example.test", '"anna.primary@example.test" <pen@example.test>')),
    /field From/,
  );
  assert.equal(refusal(`${alias}To: other.anna.primary@example.test, anna.primary@example.test.net.org`), "none");
});

test("A6: no header that leaves names the client, nor the primary address of who writes under an alias", () => {
  const secret = fc.constantFrom(
    "192.0.2.7",
    "annas-laptop.lan",
    "anna.primary@example.test",
    "Anna.Primary@EXAMPLE.test",
  );
  const around = fc.constantFrom("<", ">", "[", "]", "(", ")", " ", ";", "a=", '"', "\r\n\t", "x", "@", ",", ":");
  const value = fc.array(fc.oneof(secret, around), { maxLength: 8 }).map((pieces) => pieces.join(""));
  const names =
    "Sender Reply-To To Cc Bcc Message-ID In-Reply-To References Received User-Agent X-Mailer X-Anything Autocrypt Organization Return-Path List-Post Mail-Followup-To Resent-To";
  const field = fc.tuple(fc.constantFrom(...names.split(" ")), value).map(([name, text]) => `${name}: ${text}\r\n`);
  let went = 0;
  fc.assert(
    fc.property(fc.uniqueArray(field, { maxLength: 6, selector: (text) => text.split(":")[0] }), (lines) => {
      const octets = Buffer.from(`From: pen@example.test\r\n${lines.join("")}\r\n`, "latin1");
      const header = editHeader(editedFields(octets), editing);
      if (header.kind === "refused") return;
      went++;
      // These are for people to fill; what they tell of the client is their own doing.
      const people = /^(?:to|cc|reply-to|resent-to|sender|autocrypt|organization|list-post|mail-followup-to)$/;
      const machine = header.fields.filter(({ name }) => !people.test(name));
      const all = Buffer.from(encodeHeader(header.fields)).toString("latin1");
      assert.doesNotMatch(all, /(?<![a-z0-9.])anna\.primary@example\.test(?![a-z0-9-])/i);
      assert.doesNotMatch(
        Buffer.from(encodeHeader(machine)).toString("latin1"),
        /(?<![0-9a-z.:-])(?:192\.0\.2\.7|annas-laptop\.lan)(?![0-9a-z-])/i,
      );
    }),
    { numRuns: 3000 },
  );
  assert.ok(went > 300, "most of what is made up does not go at all");
});

test("RFC 8098 section 3: what the null path is for", () => {
  const is = (type: string): boolean => isDispositionNotification(fieldsOf(`From: a\n${type}`));
  assert.ok(is('Content-Type: multipart/report; boundary=x;\n report-type="disposition-notification"'));
  assert.ok(!is("Content-Type: multipart/report; report-type=delivery-status; boundary=x"));
  assert.ok(!is("Content-Type: text/plain; report-type=disposition-notification"));
  assert.ok(!is("Subject: x"));
});
