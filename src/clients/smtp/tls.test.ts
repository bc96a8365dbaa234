import assert from "node:assert/strict";
import { webcrypto, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createSecureContext, type SecureContext } from "node:tls";
import { DAY, systemClock } from "../../host/clock.ts";
import { openLabAuthority } from "../../host/tls/lab-authority.ts";
import { type CertificateWish, certify, authority as makeAuthority } from "../../rules/dane/chain.fixture.ts";
import type { DaneCheck, DaneVerdict } from "../../rules/dane/verify.ts";
import type { TlsPolicy } from "../../service/queue/route.ts";
import { contentOf, createWorld, envelopeTo, hostAt, MESSAGE, short } from "./client-world.fixture.ts";
import type { Delivered, RelayHost } from "./delivered.ts";
import { bye, type Peer, type Script, startPeer, take } from "./peer.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-smtp-tls-"));
let context: SecureContext;
let certificate: Buffer;
let authority: string;
before(async () => {
  const files = await openLabAuthority(folder, ["mx.example.net", "*.wild.example"], systemClock);
  authority = readFileSync(files.authorityFile, "utf8");
  const cert = readFileSync(files.certificateFile);
  certificate = new X509Certificate(cert).raw;
  context = createSecureContext({ cert, key: readFileSync(files.certificateKeyFile) });
});
after(() => rmSync(folder, { recursive: true, force: true }));

const opportunistic: TlsPolicy = { kind: "opportunistic" };
const enforce: TlsPolicy = { kind: "mta-sts", mode: "enforce" };
const testing: TlsPolicy = { kind: "mta-sts", mode: "testing" };
const encrypted: TlsPolicy = { kind: "encrypted" };
const dane: TlsPolicy = { kind: "dane", serverName: "base.example.net", names: ["mx.example.net"], records: [] };

/** Greets, starts TLS when asked, answers EHLO anew. */
async function startTls(peer: Peer, ...keywords: readonly string[]): Promise<void> {
  await peer.greet("STARTTLS", "SMTPUTF8");
  assert.deepEqual(await peer.answer("220 2.0.0 go"), ["STARTTLS"]);
  await peer.secure(context);
  await peer.ehlo(...keywords);
}
const secured: Script = async (p) => {
  await startTls(p);
  await take(p);
  await bye(p);
};
const securedQuit: Script = async (p) => {
  await p.greet("STARTTLS");
  await p.answer("220 go");
  await p.secure(context);
  await bye(p);
};
const plain: Script = async (p) => {
  await p.greet();
  await take(p);
  await bye(p);
};
const plainQuit: Script = async (p) => {
  await p.greet();
  await bye(p);
};
const brokenHandshake: Script = async (p) => {
  await p.greet("STARTTLS");
  await p.answer("220 go");
  p.say("this is no handshake");
  await p.rest();
};
const refusedTls: Script = async (p) => {
  await p.greet("STARTTLS");
  assert.deepEqual(await p.answer("454 4.7.0 not now"), ["STARTTLS"]);
  await take(p);
  await bye(p);
};
const refusedTlsQuit: Script = async (p) => {
  await p.greet("STARTTLS");
  await p.answer("454 4.7.0 not now");
  await bye(p);
};

async function deliver(
  scripts: readonly Script[],
  host: Partial<RelayHost>,
  more: {
    readonly authorities?: readonly string[];
    readonly verifyDane?: (check: DaneCheck) => DaneVerdict;
    readonly envelope?: Parameters<typeof envelopeTo>[1];
  } = {},
): Promise<Delivered> {
  await using peer = await startPeer(...scripts);
  const { envelope, verifyDane, authorities } = more;
  await using world = createWorld({
    ...(verifyDane === undefined ? {} : { verifyDane }),
    ...(authorities === undefined ? {} : { authorities }),
  });
  return await world.client.deliver(
    hostAt(peer.port, host),
    envelopeTo(["a@example.net"], envelope),
    contentOf(MESSAGE),
  );
}

type Row = readonly [
  name: string,
  tls: TlsPolicy,
  scripts: readonly Script[],
  outcome: string,
  failures: readonly string[],
  more?: Partial<RelayHost> & { readonly trusted?: boolean },
];
const rows: readonly Row[] = [
  ["opportunistic, unknown authority", opportunistic, [secured], "accepted 250 2.0.0", []],
  ["opportunistic, no TLS offered", opportunistic, [plain], "accepted 250 2.0.0", ["starttls-not-supported"]],
  ["opportunistic, STARTTLS refused", opportunistic, [refusedTls], "accepted 250 2.0.0", ["starttls-not-supported"]],
  [
    "opportunistic, handshake fails: a new connection without",
    opportunistic,
    [brokenHandshake, plain],
    "accepted 250 2.0.0",
    ["validation-failure"],
  ],
  ["encrypted, unknown authority", encrypted, [secured], "accepted 250 2.0.0", []],
  ["encrypted, no TLS offered", encrypted, [plainQuit], "unreached - 4.7.4", ["starttls-not-supported"]],
  ["encrypted, STARTTLS refused", encrypted, [refusedTlsQuit], "unreached 454 4.7.0", ["starttls-not-supported"]],
  ["encrypted, handshake fails", encrypted, [brokenHandshake], "unreached - 4.7.5", ["validation-failure"]],
  ["enforced, right", enforce, [secured], "accepted 250 2.0.0", [], { trusted: true }],
  ["enforced, unknown authority", enforce, [securedQuit], "unreached - 4.7.5", ["certificate-not-trusted"]],
  [
    "enforced, another name",
    enforce,
    [securedQuit],
    "unreached - 4.7.5",
    ["certificate-host-mismatch"],
    { trusted: true, name: "mx2.example.net" },
  ],
  ["enforced, wildcard", enforce, [secured], "accepted 250 2.0.0", [], { trusted: true, name: "a.wild.example" }],
  [
    "enforced, wildcard for two labels",
    enforce,
    [securedQuit],
    "unreached - 4.7.5",
    ["certificate-host-mismatch"],
    { trusted: true, name: "a.b.wild.example" },
  ],
  ["enforced, no TLS offered", enforce, [plainQuit], "unreached - 4.7.4", ["starttls-not-supported"]],
  ["testing, unknown authority", testing, [secured], "accepted 250 2.0.0", ["certificate-not-trusted"]],
  ["testing, no TLS offered", testing, [plain], "accepted 250 2.0.0", ["starttls-not-supported"]],
];
for (const [name, tls, scripts, outcome, failures, { trusted, ...host } = {}] of rows)
  test(`F2: TLS ${name}: ${outcome}`, async () => {
    const more = trusted === true ? { authorities: [authority] } : {};
    const delivered = await deliver(scripts, { tls, ...host }, more);
    assert.deepEqual(short(delivered), [outcome]);
    assert.deepEqual(
      delivered.tlsFailures.map(({ failure, address }) => [failure, address]),
      failures.map((failure) => [failure, "127.0.0.1"]),
    );
    assert.equal(delivered.tlsSuccesses, failures.length === 0 ? 1 : 0);
    assert.equal(delivered.tls?.verified, trusted === true && failures.length === 0 ? "authority" : undefined);
    assert.equal(
      delivered.kind === "answered" && delivered.outcomes[0]?.reply.tls?.startsWith("TLS") === true,
      scripts[0] === secured,
    );
  });

const never = (): DaneVerdict => ({ kind: "failed", why: "validation-failure" });
for (const [name, tls, scripts, failures] of [
  ["no TLS offered where it is enforced", enforce, [plain], ["starttls-not-supported"]],
  ["STARTTLS refused where it is enforced", enforce, [refusedTls], ["starttls-not-supported"]],
  ["unknown authority where one is enforced", enforce, [secured], ["certificate-not-trusted"]],
  ["the handshake fails where TLS is a must", encrypted, [brokenHandshake, plain], ["validation-failure"]],
  ["another certificate than DANE asks for", dane, [secured], ["validation-failure"]],
  ["no TLS offered where DANE asks for it", dane, [plain], ["starttls-not-supported"]],
  ["nothing asked and nothing offered", opportunistic, [plain], ["starttls-not-supported"]],
  ["all as it should be", encrypted, [secured], []],
] as const)
  test(`F2: RFC 8689 section 4.2.2, TLS is optional: mail goes, and what was wrong is told: ${name}`, async () => {
    const delivered = await deliver(scripts, { tls }, { verifyDane: never, envelope: { tlsWish: "optional" } });
    assert.deepEqual(short(delivered), ["accepted 250 2.0.0"]);
    assert.deepEqual(
      delivered.tlsFailures.map(({ failure }) => failure),
      failures,
    );
    assert.equal(delivered.tlsSuccesses, failures.length === 0 ? 1 : 0);
    assert.equal(delivered.tls !== undefined, scripts.at(-1) === secured);
    assert.equal(delivered.tls?.verified, undefined);
  });

test("F2: TLS is optional: what is right is found right, and the password goes nowhere else", async () => {
  const envelope = { tlsWish: "optional" } as const;
  const right = await deliver([secured], { tls: enforce }, { authorities: [authority], envelope });
  assert.equal(right.tls?.verified, "authority");
  const credentials = { user: "us", password: "secret" };
  for (const script of [plainQuit, securedQuit])
    assert.equal((await deliver([script], { tls: enforce, credentials }, { envelope })).kind, "unreached");
});

test("F2: a connection for mail whose TLS is optional never carries mail that cares, nor is it the other way round", async () => {
  const unsure: Script = async (p) => {
    await startTls(p);
    await take(p);
    await take(p);
    await bye(p);
  };
  await using peer = await startPeer(unsure, securedQuit, plain, plainQuit);
  await using world = createWorld();
  const sent: string[] = [];
  for (const tlsWish of ["optional", "optional", "policy"] as const) {
    const to = envelopeTo(["a@example.net"], { tlsWish });
    sent.push(...short(await world.client.deliver(hostAt(peer.port, { tls: enforce }), to, contentOf(MESSAGE))));
  }
  await world.clock.advance(11_000);
  for (const tlsWish of ["optional", "policy"] as const) {
    const to = envelopeTo(["a@example.net"], { tlsWish });
    sent.push(...short(await world.client.deliver(hostAt(peer.port, { tls: encrypted }), to, contentOf(MESSAGE))));
  }
  const [accepted, wrong, none] = ["accepted 250 2.0.0", "unreached - 4.7.5", "unreached - 4.7.4"];
  assert.deepEqual(sent, [accepted, accepted, wrong, accepted, none]);
  assert.equal(peer.count, 4);
});

test("F2: enforced, a certificate out of its time, or one whose subject alone bears the name", async () => {
  const [from, until] = [systemClock.now() - 10 * DAY, systemClock.now() + 10 * DAY];
  const root = await makeAuthority("root", undefined, { from, until });
  const names = ["mx.example.net"];
  const cases: readonly [CertificateWish, string[]][] = [
    [{ from, until, names }, []],
    [{ from, until: systemClock.now() - DAY, names }, ["certificate-expired"]],
    [{ from, until }, ["certificate-host-mismatch"]],
  ];
  for (const [wish, failures] of cases) {
    const { der, keys } = await certify("mx.example.net", root, wish);
    const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
    const shown = createSecureContext({
      cert: pem("CERTIFICATE", der),
      key: pem("PRIVATE KEY", key),
    });
    const script: Script = async (p) => {
      await p.greet("STARTTLS");
      await p.answer("220 go");
      await p.secure(shown);
      if (failures.length === 0) {
        await p.ehlo();
        await take(p);
      }
      await bye(p);
    };
    const delivered = await deliver([script], { tls: enforce }, { authorities: [pem("CERTIFICATE", root.der)] });
    assert.deepEqual(
      delivered.tlsFailures.map(({ failure }) => failure),
      failures,
    );
    assert.equal(delivered.kind, failures.length === 0 ? "answered" : "unreached");
  }
});

function pem(what: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${what}-----\n${lines.join("\n")}\n-----END ${what}-----\n`;
}

test("F2: DANE decides by its own check alone, with the server's chain and the base name in SNI", async () => {
  const asked: DaneCheck[] = [];
  const verifyDane = (check: DaneCheck): DaneVerdict => {
    asked.push(check);
    return { kind: "verified", by: "end-entity" };
  };
  const names: (string | undefined)[] = [];
  const named: Script = async (p) => {
    await secured(p);
    names.push(p.serverName);
  };
  const right = await deliver([named], { tls: dane }, { verifyDane });
  assert.deepEqual(names, ["base.example.net"]);
  assert.deepEqual(short(right), ["accepted 250 2.0.0"]);
  assert.equal(right.tls?.verified, "dane");
  assert.deepEqual(asked[0]?.names, ["mx.example.net"]);
  assert.ok(asked[0]?.chain.length === 2 && certificate.equals(asked[0].chain[0] ?? new Uint8Array(0)));
  // That an authority knows the certificate does not help it.
  const wrong = await deliver(
    [securedQuit],
    { tls: dane },
    { authorities: [authority], verifyDane: () => ({ kind: "failed", why: "validation-failure" }) },
  );
  assert.deepEqual(short(wrong), ["unreached - 4.7.5"]);
  assert.deepEqual(
    wrong.tlsFailures.map(({ failure, detail }) => [failure, detail]),
    [["validation-failure", "the TLSA records do not allow the certificate"]],
  );
});

test("what was said in the clear counts for nothing after STARTTLS", async () => {
  const delivered = await deliver(
    [
      async (p) => {
        await p.greet("STARTTLS", "SIZE 1", "DSN");
        await p.line();
        // Someone on the way puts replies in front of the handshake.
        p.say("220 go", "250-injected", "250 CHUNKING");
        await p.secure(context);
        await p.ehlo("8BITMIME");
        assert.equal((await take(p))[0], "MAIL FROM:<ann@example.org>");
        await bye(p);
      },
    ],
    { tls: encrypted },
  );
  assert.deepEqual(short(delivered), ["accepted 250 2.0.0"]);
});

test("REQUIRETLS goes only where name and certificate are sure, and where it is understood", async () => {
  const said: string[] = [];
  const understands: Script = async (p) => {
    await startTls(p, "REQUIRETLS", "DSN");
    said.push((await take(p))[0] ?? "");
    await bye(p);
  };
  const understandsQuit: Script = async (p) => {
    await startTls(p, "REQUIRETLS");
    await bye(p);
  };
  const deaf: Script = async (p) => {
    await startTls(p);
    await bye(p);
  };
  const envelope = { tlsWish: "required", ret: "FULL" } as const;
  const trusted = { authorities: [authority], envelope };
  const sure = { nameIsSure: true };
  const cases: readonly [Script, Partial<RelayHost>, typeof trusted, string][] = [
    [understands, sure, trusted, "accepted 250 2.0.0"],
    [understandsQuit, {}, trusted, "unfit - 5.7.10"],
    [understandsQuit, sure, { ...trusted, authorities: [] }, "unfit - 5.7.10"],
    [deaf, sure, trusted, "unfit - 5.7.30"],
  ];
  for (const [script, host, more, outcome] of cases)
    assert.deepEqual(short(await deliver([script], host, more)), [outcome]);
  assert.deepEqual(said, ["MAIL FROM:<ann@example.org> REQUIRETLS RET=HDRS"]);
  const bounce = { authorities: [authority], envelope: { tlsWish: "required", sender: "" } } as const;
  assert.deepEqual(short(await deliver([secured], sure, bounce)), ["accepted 250 2.0.0"]);
});

test("a smarthost gets the password over TLS with the right certificate, and nowhere else", async () => {
  const credentials = { user: "us", password: "secret" };
  const implicit: Script = async (p) => {
    await p.secure(context);
    await p.greet("AUTH PLAIN LOGIN");
    assert.deepEqual(await p.answer("235 2.7.0 welcome"), ["AUTH PLAIN AHVzAHNlY3JldA=="]);
    await take(p);
    await bye(p);
  };
  const wrongPassword: Script = async (p) => {
    await startTls(p, "AUTH PLAIN");
    await p.answer("535 5.7.8 no");
    await bye(p);
  };
  const noPlain: Script = async (p) => {
    await startTls(p, "AUTH LOGIN");
    await bye(p);
  };
  const quiet: Script = async (p) => {
    await startTls(p, "AUTH PLAIN");
    await bye(p);
  };
  const trusted = { authorities: [authority] };
  const cases: readonly [Script, Partial<RelayHost>, typeof trusted, string][] = [
    [implicit, { implicitTls: true, tls: enforce }, trusted, "accepted 250 2.0.0"],
    [wrongPassword, { tls: enforce }, trusted, "unreached 535 4.7.8"],
    [noPlain, { tls: enforce }, trusted, "unreached - 4.7.0"],
    [quiet, { tls: encrypted }, { authorities: [] }, "unreached - 4.7.5"],
    [plainQuit, { tls: opportunistic }, trusted, "unreached - 4.7.4"],
    [plainQuit, { tls: testing }, trusted, "unreached - 4.7.5"],
  ];
  for (const [script, host, more, outcome] of cases)
    assert.deepEqual(short(await deliver([script], { credentials, ...host }, more)), [outcome]);
});
