import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { createSecureContext, type SecureContext } from "node:tls";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { MINUTE, systemClock } from "../../host/clock.ts";
import { openLabAuthority } from "../../host/tls/lab-authority.ts";
import type { Probed, ProbeStep } from "../../service/dns/probe.ts";
import type { RouteHost, TlsPolicy } from "../../service/queue/route.ts";
import { smtpClientLimits } from "./limits.ts";
import { bye, type Script, startPeer } from "./peer.fixture.ts";
import { createProbe, type ProbeOptions } from "./probe.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-probe-"));
let context: SecureContext;
let authority: string;
before(async () => {
  const files = await openLabAuthority(folder, ["mx.example.net"], systemClock);
  authority = readFileSync(files.authorityFile, "utf8");
  context = createSecureContext({
    cert: readFileSync(files.certificateFile),
    key: readFileSync(files.certificateKeyFile),
  });
});
after(() => rmSync(folder, { recursive: true, force: true }));

type Seen = { readonly steps: readonly ProbeStep[]; readonly probed: Probed };

async function probe(
  scripts: readonly Script[],
  tls: TlsPolicy = { kind: "opportunistic" },
  more: Partial<ProbeOptions> = {},
  meanwhile?: (abort: AbortController, connected: Promise<void>) => Promise<void>,
): Promise<Seen> {
  await using peer = await startPeer(...scripts);
  const look = createProbe({
    name: "out.example.org",
    clock: new FakeClock("2026-11-21T12:00:00Z"),
    limits: smtpClientLimits,
    verifyDane: () => ({ kind: "failed", why: "validation-failure" }),
    relay: { port: peer.port },
    ...more,
  });
  const host: RouteHost = { name: "mx.example.net", addresses: ["127.0.0.1"], tls, nameIsSure: false };
  const steps: ProbeStep[] = [];
  const abort = new AbortController();
  const connected = Promise.withResolvers<void>();
  const tell = (step: ProbeStep): void => {
    steps.push(step);
    connected.resolve();
  };
  const looking = look(host, "127.0.0.1", tell, abort.signal);
  await meanwhile?.(abort, connected.promise);
  return { steps, probed: await looking };
}

const kinds = ({ steps }: Seen): string => steps.map(({ kind }) => kind).join(" ");

/** Whatever a probe says, QUIT is its next word after EHLO. */
const secured: Script = async (p) => {
  await p.greet("STARTTLS", "PIPELINING");
  await p.answer("220 2.0.0 go");
  await p.secure(context);
  await p.ehlo("SIZE 1000", "8BITMIME");
  await bye(p);
};
const plain: Script = async (p) => {
  await p.greet("PIPELINING");
  await bye(p);
};

test("a host with TLS: each step, the certificate, and no word on mail", async () => {
  const { steps, probed } = await probe([secured], { kind: "mta-sts", mode: "enforce" }, { authorities: [authority] });
  assert.deepEqual(probed, { kind: "open", tls: "TLSv1.3, certificate verified by an authority" });
  assert.deepEqual(steps.slice(0, 4), [
    { kind: "connected" },
    { kind: "greeting", code: 220, words: "mx.example.net ready" },
    { kind: "ehlo", isEncrypted: false, keywords: ["STARTTLS", "PIPELINING"] },
    { kind: "starttls", code: 220, words: "2.0.0 go" },
  ]);
  const [tls, ehlo] = steps.slice(4);
  assert.ok(tls?.kind === "tls");
  assert.deepEqual([tls.protocol, tls.verified, tls.failure], ["TLSv1.3", "authority", undefined]);
  assert.ok(tls.certificate?.names.includes("mx.example.net") && tls.certificate.names.includes("127.0.0.1"));
  assert.ok((tls.certificate?.validUntil ?? 0) > Date.now());
  assert.deepEqual(ehlo, { kind: "ehlo", isEncrypted: true, keywords: ["SIZE 1000", "8BITMIME"] });
});

test("F2: a certificate that is not what the policy asks: what is wrong, and no mail", async () => {
  const quits: Script = async (p) => {
    await p.greet("STARTTLS");
    await p.answer("220 go");
    await p.secure(context);
    await bye(p);
  };
  const seen = await probe([quits], { kind: "mta-sts", mode: "enforce" });
  assert.equal(seen.probed.kind, "unreached");
  const tls = seen.steps.find((step) => step.kind === "tls");
  assert.match(tls?.failure ?? "", /^certificate-not-trusted \(\w+\)$/);
  const dane = await probe([quits], { kind: "dane", serverName: "mx.example.net", names: [], records: [] });
  const shown = dane.steps.find((step) => step.kind === "tls");
  assert.equal(shown?.failure, "validation-failure (the TLSA records do not allow the certificate)");
});

test("a host without STARTTLS: in the clear where that is allowed, else not", async () => {
  const open = await probe([plain]);
  assert.deepEqual([kinds(open), open.probed], ["connected greeting ehlo starttls", { kind: "open", tls: undefined }]);
  const closed = await probe([plain], { kind: "encrypted" });
  assert.equal(closed.probed.kind, "unreached");
});

test("a handshake that fails is followed by what a delivery would do: a second connection without TLS", async () => {
  const broken: Script = async (p) => {
    await p.greet("STARTTLS");
    await p.answer("220 go");
    p.say("this is no handshake");
    await p.rest();
  };
  const seen = await probe([broken, plain]);
  assert.equal(kinds(seen), "connected greeting ehlo starttls no-tls connected greeting ehlo");
  assert.deepEqual(seen.probed, { kind: "open", tls: undefined });
});

test("a host that refuses whoever calls, and one that hangs up", async () => {
  const refuses: Script = async (p) => {
    p.say("554 5.7.1 not you");
    await bye(p);
  };
  const refused = await probe([refuses]);
  assert.ok(refused.probed.kind === "unfit");
  assert.deepEqual([refused.probed.reply.code, kinds(refused)], [554, "connected greeting"]);
  const gone = await probe([async (p) => p.close()]);
  assert.equal(gone.probed.kind, "unreached");
});

test("nobody listens there", async () => {
  const port = await (async () => {
    await using peer = await startPeer();
    return peer.port;
  })();
  const seen = await probe([], undefined, { relay: { port } });
  assert.ok(seen.probed.kind === "unreached");
  assert.match(seen.probed.reply.words, /refuses connections/);
  assert.equal(kinds(seen), "");
});

test("a host that says nothing is left after a minute, and at once when nobody waits any more", async () => {
  const silent: Script = async (p) => void (await p.rest());
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const late = await probe([silent], undefined, { clock }, async (_abort, connected) => {
    await connected;
    await clock.advance(MINUTE);
  });
  assert.ok(late.probed.kind === "unreached");
  assert.match(late.probed.reply.words, /did not answer in time/);
  const broken = await probe([silent], undefined, {}, async (abort, connected) => {
    await connected;
    abort.abort();
  });
  assert.equal(broken.probed.kind, "unreached");
});
