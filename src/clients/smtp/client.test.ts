import assert from "node:assert/strict";
import { test } from "node:test";
import { contentOf, createWorld, envelopeTo, hostAt, MESSAGE, short } from "./client-world.fixture.ts";
import { bye, startPeer } from "./peer.fixture.ts";

const everything = ["PIPELINING", "SIZE 1000000", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES"];

test("a message to a plain server: one command after the other, dots stuffed, QUIT at the end", async () => {
  const said: string[] = [];
  await using peer = await startPeer(async (p) => {
    await p.greet();
    said.push(...(await p.answer("250 ok", "250 ok", "550 nobody", "354 go")), await p.data());
    p.say("250 taken as 7");
    said.push(...(await p.answer("221 bye")));
  });
  await using world = createWorld();
  const { client } = world;
  const delivered = await client.deliver(
    hostAt(peer.port),
    envelopeTo(["a@example.net", "b@example.net"], { ret: "FULL", envid: "x" }),
    contentOf(MESSAGE),
  );
  assert.deepEqual(short(delivered), ["accepted 250 2.0.0", "permanent 550 5.0.0"]);
  assert.equal(delivered.kind === "answered" && delivered.dsnPassedOn, false);
  assert.equal(delivered.kind === "answered" && delivered.outcomes[1]?.reply.words, "nobody");
  await client[Symbol.asyncDispose]();
  assert.deepEqual(said, [
    "MAIL FROM:<ann@example.org>",
    "RCPT TO:<a@example.net>",
    "RCPT TO:<b@example.net>",
    "DATA",
    "Subject: hello\r\n\r\nText\r\n..dot\r\n",
    "QUIT",
  ]);
});

test("extensions: commands leave in one batch, with SIZE, BODY, SMTPUTF8 and the parameters of DSN", async () => {
  const said: string[] = [];
  await using peer = await startPeer(async (p) => {
    await p.greet(...everything);
    for (let n = 0; n < 4; n++) said.push(await p.line());
    p.say("250 2.1.0 ok", "250-2.1.5 one", "250 2.1.5 two", "450 4.2.1 later", "354 go");
    await p.data();
    p.say("250 2.6.0 ok");
    await bye(p);
  });
  await using world = createWorld();
  const delivered = await world.client.deliver(
    hostAt(peer.port),
    envelopeTo([], {
      body: "8BITMIME",
      ret: "HDRS",
      envid: "id+2B7",
      recipients: [
        {
          address: "jürgen@bücher.example",
          notify: { success: true, failure: true, delay: false },
          orcpt: "rfc822;j@x.example",
        },
        { address: '"a b"@example.net', notify: { success: false, failure: false, delay: false }, orcpt: undefined },
      ],
    }),
    contentOf(MESSAGE),
  );
  assert.deepEqual(
    said.map((line) => Buffer.from(line, "latin1").toString()),
    [
      "MAIL FROM:<ann@example.org> SIZE=30 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=id+2B7",
      "RCPT TO:<jürgen@bücher.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;j@x.example",
      'RCPT TO:<"a b"@example.net> NOTIFY=NEVER',
      "DATA",
    ],
  );
  assert.deepEqual(short(delivered), ["accepted 250 2.6.0", "temporary 450 4.2.1"]);
  assert.equal(delivered.kind === "answered" && delivered.dsnPassedOn, true);
});

test("RFC 6533 section 3: to a host without SMTPUTF8 the original recipient goes in ASCII, or not at all", async () => {
  const recipients = ["utf-8;J\u00fcrgen\u{1f984}@x.example", "utf-8;j@x.example", "rfc822;J\u00fcrgen@x.example"].map(
    (orcpt, n) => ({ address: `a${n}@example.net`, notify: undefined, orcpt }),
  );
  await using peer = await startPeer(async (p) => {
    await p.greet("DSN");
    assert.deepEqual((await p.answer("250 ok", "250 ok", "250 ok", "250 ok", "354 go")).slice(1, 4), [
      "RCPT TO:<a0@example.net> ORCPT=utf-8;J\\x{FC}rgen\\x{1F984}@x.example",
      "RCPT TO:<a1@example.net> ORCPT=utf-8;j@x.example",
      "RCPT TO:<a2@example.net>",
    ]);
    await p.data();
    p.say("250 taken");
    await bye(p);
  });
  await using world = createWorld();
  await world.client.deliver(hostAt(peer.port), envelopeTo([], { recipients }), contentOf(MESSAGE));
});

test("chunks: BDAT with the last one marked, without dots stuffed", async () => {
  for (const pipelining of [true, false])
    for (const isBinary of [true, false]) {
      const said: string[] = [];
      await using peer = await startPeer(async (p) => {
        await p.greet("CHUNKING", "BINARYMIME", "8BITMIME", ...(pipelining ? ["PIPELINING"] : []));
        said.push(...(await p.answer("250 ok", "250 ok")));
        for (let n = 0; n < 3; n++) {
          const line = await p.line();
          said.push(line, await p.octets(Number(line.split(" ")[1])));
          p.say("250 taken");
        }
        await bye(p);
      });
      await using world = createWorld();
      const pieces = isBinary ? [".a\n", "\rb", "\0"] : [".a\r", "\nb", "\r\n"];
      const delivered = await world.client.deliver(
        hostAt(peer.port),
        envelopeTo(["a@example.net"], { body: isBinary ? "BINARYMIME" : "8BITMIME" }),
        contentOf(pieces.join(""), pieces),
      );
      assert.deepEqual(short(delivered), ["accepted 250 2.0.0"]);
      assert.deepEqual(said, [
        `MAIL FROM:<ann@example.org> BODY=${isBinary ? "BINARYMIME" : "8BITMIME"}`,
        "RCPT TO:<a@example.net>",
        "BDAT 3",
        pieces[0],
        "BDAT 2",
        pieces[1],
        `BDAT ${pieces[2]?.length} LAST`,
        pieces[2],
      ]);
    }
});

test("a refused chunk ends the message", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet("CHUNKING");
    await p.answer("250 ok", "250 ok");
    await p.line();
    await p.octets(3);
    p.say("552 5.3.4 too much");
    assert.equal(await p.rest(), "");
  });
  await using world = createWorld();
  const content = contentOf("abc\r\n", ["abc", "\r\n"]);
  const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@example.net"]), content);
  assert.deepEqual(short(delivered), ["permanent 552 5.3.4"]);
});

test("a host that offers chunks and does not know them gets the message once more, in the other way", async () => {
  const said: string[] = [];
  await using peer = await startPeer(
    async (p) => {
      await p.greet("CHUNKING");
      await p.answer("250 ok", "250 ok", "550 5.1.1 nobody");
      await p.line();
      // It takes the message for commands.
      p.say("502 5.5.1 not implemented", "500 5.5.2 what?", "500 5.5.2 what?");
      await p.rest();
    },
    async (p) => {
      await p.greet("CHUNKING");
      said.push(...(await p.answer("250 ok", "250 ok", "354 go")), await p.data());
      p.say("250 taken");
      await bye(p);
    },
  );
  await using world = createWorld();
  const envelope = envelopeTo(["a@example.net", "b@example.net"]);
  const delivered = await world.client.deliver(hostAt(peer.port), envelope, contentOf("Text\r\n"));
  assert.deepEqual(short(delivered), ["accepted 250 2.0.0", "permanent 550 5.1.1"]);
  assert.deepEqual(said, ["MAIL FROM:<ann@example.org>", "RCPT TO:<a@example.net>", "DATA", "Text\r\n"]);
});

test("a binary message has no other way than chunks", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet("CHUNKING", "BINARYMIME");
    await p.answer("250 ok", "250 ok", "502 5.5.1 not implemented");
    await bye(p);
  });
  await using world = createWorld();
  const envelope = envelopeTo(["a@example.net"], { body: "BINARYMIME" });
  const delivered = await world.client.deliver(hostAt(peer.port), envelope, contentOf(""));
  assert.deepEqual(short(delivered), ["permanent 502 5.5.1"]);
});

test("what a host does not offer goes back, unconverted", async () => {
  const cases: readonly [keywords: string[], Parameters<typeof envelopeTo>, text: string, outcome: string][] = [
    [["SIZE 10"], [["a@example.net"]], MESSAGE, "unfit - 5.3.4"],
    [[], [["a@example.net"], { body: "8BITMIME" }], "\r\n\xe9\r\n", "unfit - 5.6.3"],
    [["CHUNKING", "8BITMIME"], [["a@example.net"], { body: "BINARYMIME" }], "\r\n", "unfit - 5.6.3"],
    [["8BITMIME"], [["a@example.net"], { smtpUtf8: true }], "Subject: \xc3\xa9\r\n\r\n", "unfit - 5.6.7"],
    [["8BITMIME"], [["a@example.net"], { sender: "jürgen@example.org" }], "\r\n", "unfit - 5.6.7"],
    [["8BITMIME"], [["jürgen@example.net"]], "\r\n", "permanent - 5.6.7"],
    [[], [["a@example.net\r\nRCPT TO:<b@example.net>"]], "\r\n", "permanent - 5.1.3"],
    [["REQUIRETLS"], [["a@example.net"], { tlsWish: "required" }], "\r\n", "unfit - 5.7.10"],
  ];
  for (const [keywords, envelope, text, outcome] of cases) {
    await using peer = await startPeer(async (p) => {
      await p.greet(...keywords);
      assert.deepEqual(await p.answer("221 bye"), ["QUIT"]);
    });
    await using world = createWorld();
    const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(...envelope), contentOf(text));
    assert.deepEqual(short(delivered), [outcome], keywords.join(" "));
  }
});

test("flags alone hold nothing up: a message in ASCII goes to a server that knows only ASCII", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet();
    const said = await p.answer("250 ok", "250 ok", "354 go");
    assert.equal(said[0], "MAIL FROM:<>");
    assert.equal(said[1], "RCPT TO:<a@xn--bcher-kva.example>");
    await p.data();
    p.say("250 ok");
    await bye(p);
  });
  await using world = createWorld();
  const envelope = envelopeTo(["a@bücher.example"], { sender: "", body: "8BITMIME", smtpUtf8: true });
  const delivered = await world.client.deliver(hostAt(peer.port), envelope, contentOf(MESSAGE));
  assert.deepEqual(short(delivered), ["accepted 250 2.0.0"]);
});

test("a recipient with letters beyond ASCII keeps the message from nobody else, where only its body has such octets", async () => {
  await using peer = await startPeer(async (p) => {
    await p.greet("8BITMIME");
    const said = await p.answer("250 ok", "250 ok", "354 go");
    assert.deepEqual(said, ["MAIL FROM:<ann@example.org> BODY=8BITMIME", "RCPT TO:<bob@example.net>", "DATA"]);
    await p.data();
    p.say("250 taken");
    await bye(p);
  });
  await using world = createWorld();
  const envelope = envelopeTo(["bob@example.net", "jürgen@example.net"], { smtpUtf8: true, body: "8BITMIME" });
  const message = contentOf("Subject: hi\r\n\r\nsm\xc3\xb6rg\xc3\xa5s\r\n");
  const delivered = await world.client.deliver(hostAt(peer.port), envelope, message);
  assert.deepEqual(short(delivered), ["accepted 250 2.0.0", "permanent - 5.6.7"]);
});

test("a bare CR or LF is never sent to its end", async () => {
  for (const pieces of [["a\nb\r\n"], ["a\rb\r\n"], ["a\r", "b\r\n"], ["a\r\n", "\nb"], ["a\r"]])
    for (const chunked of [true, false]) {
      await using peer = await startPeer(async (p) => {
        await p.greet(...(chunked ? ["CHUNKING"] : []));
        await p.answer("250 ok", "250 ok", ...(chunked ? [] : ["354 go"]));
        const rest = await p.rest();
        assert.ok(!rest.includes("LAST") && !rest.endsWith("\r\n.\r\n"), rest);
      });
      await using world = createWorld();
      const content = contentOf(pieces.join(""), pieces);
      const delivered = await world.client.deliver(hostAt(peer.port), envelopeTo(["a@example.net"]), content);
      assert.deepEqual(short(delivered), ["permanent - 5.6.11"]);
    }
});
