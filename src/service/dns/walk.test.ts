import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { createMemoryPolicyCache } from "../../store/memory/policy-cache.ts";
import { fakeResolver, type Names } from "../queue/route-names.fixture.ts";
import { createRouter } from "../queue/route-maker.ts";
import { createStsPolicies } from "../queue/route-sts.ts";
import type { Probe, Probed, ProbeStep } from "./probe.ts";
import { createWalk, type Walked, type WalkOptions, type WalkStep } from "./walk.ts";
import { stepText, walkedText } from "./walk-text.ts";

const MX = (...exchanges: readonly string[]) => ({
  MX: { records: exchanges.map((exchange, n) => ({ preference: 10 * (n + 1), exchange })) },
});
const A = (...records: readonly string[]) => ({ A: { records } });
const KEY = { usage: 3, selector: 1, matchingType: 1, data: new Uint8Array(32).fill(0xab) };

const OPEN: Probed = { kind: "open", tls: "TLSv1.3, certificate not verified" };
const closed = (kind: "unreached" | "unfit", words: string): Probed => ({
  kind,
  reply: { host: "mx", code: undefined, enhanced: "4.4.1", words, tls: undefined },
});

type Walk = {
  readonly steps: readonly WalkStep[];
  readonly walked: Walked;
  readonly text: string;
  readonly asked: readonly string[];
};

async function walk(
  address: string,
  names: Names,
  probed: Readonly<Record<string, Probed>> = {},
  more: Partial<WalkOptions> & { readonly insecure?: readonly string[]; readonly policy?: string } = {},
): Promise<Walk> {
  const { insecure = [], policy, ...options } = more;
  const resolver = fakeResolver(names, insecure);
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const fetch = async () =>
    policy === undefined ? ({ kind: "failed", why: "fetch" } as const) : ({ kind: "fetched", text: policy } as const);
  const sts = createStsPolicies({ resolver, fetch, cache: createMemoryPolicyCache(), clock });
  const router = createRouter({ resolver, sts, ownNames: ["mail.ours.test"], random: () => 0 });
  const asked: string[] = [];
  const probe: Probe = async (host, at, tell) => {
    asked.push(`${host.name} ${at}`);
    tell({ kind: "connected" });
    return probed[at] ?? OPEN;
  };
  const steps: WalkStep[] = [];
  const walking = createWalk({
    resolver,
    ways: router,
    domains: ["ours.test"],
    smarthost: undefined,
    recipient: async (address) =>
      address === "a@ours.test" ? { address, account: "a" } : { code: 550, enhanced: "5.1.1", text: "Nobody" },
    probe,
    ...options,
  });
  const walked = await walking(address, async (step) => void steps.push(step), new AbortController().signal);
  const text = [...steps.map(stepText), walkedText(walked)].join("\n");
  return { steps, walked, text, asked };
}

const kinds = ({ steps }: Walk): string => steps.map(({ kind }) => kind).join(" ");

test("F2: DANE decides before MTA-STS, and each step says what was found", async () => {
  const seen = await walk("Someone@Good.Test", {
    "good.test": MX("mx.good.test"),
    "mx.good.test": { ...A("198.51.100.1"), AAAA: { records: ["2a01::1"] } },
    "_25._tcp.mx.good.test": { TLSA: { records: [KEY] } },
  });
  assert.equal(kinds(seen), "domain mx mta-sts host tlsa policy address connected result address connected result");
  assert.deepEqual(seen.walked, {
    kind: "goes",
    host: "mx.good.test",
    address: "198.51.100.1",
    tls: "TLSv1.3, certificate not verified",
  });
  assert.equal(
    seen.text,
    `domain          good.test
MX              10 mx.good.test (verified by DNSSEC)
MTA-STS         none
host            mx.good.test  198.51.100.1, 2a01::1
  TLSA          3 1 1 ${"ab".repeat(32)} (verified by DNSSEC)
  decides       DANE: TLS with a certificate as TLSA says, or no mail; it goes before MTA-STS
  address       198.51.100.1
    connected   the port is open
    so          mail can go
  address       2a01::1
    connected   the port is open
    so          mail can go
mail goes to mx.good.test [198.51.100.1], TLSv1.3, certificate not verified`,
  );
});

test("F2: MTA-STS: the policy is shown, and the host that it does not name", async () => {
  const policy = "version: STSv1\nmode: enforce\nmx: mx.sts.test\nmax_age: 86400\n";
  const names: Names = {
    "sts.test": MX("mx.sts.test", "other.test"),
    "mx.sts.test": A("198.51.100.1"),
    "other.test": A("198.51.100.2"),
    "_mta-sts.sts.test": { TXT: { records: ["v=STSv1; id=42;"] } },
    "_25._tcp.mx.sts.test": { TLSA: { records: [KEY] } },
  };
  const seen = await walk("a@sts.test", names, {}, { insecure: ["sts.test"], policy });
  assert.match(seen.text, /^MTA-STS +id 42; version: STSv1; mode: enforce; mx: mx\.sts\.test; max_age: 86400$/m);
  assert.match(seen.text, /^left out +other\.test: the domain's MTA-STS policy does not name it$/m);
  assert.match(seen.text, /^ {2}TLSA .* \(not verified by DNSSEC, so they do not count\)$/m);
  assert.match(seen.text, /^ {2}decides +MTA-STS: TLS with a right certificate/m);
  const failed = await walk("a@sts.test", names, {}, { insecure: ["sts.test"] });
  assert.match(
    failed.text,
    /^MTA-STS +id 42, and no policy that holds: its file could not be fetched\nwrong +sts-policy-fetch-error$/m,
  );
  assert.match(failed.text, /^ {2}decides +nobody: TLS where it is offered/m);
  const unreadable = { ...names, "_mta-sts.sts.test": { TXT: { records: ["v=STSv1; id=4-2;"] } } };
  assert.match((await walk("a@sts.test", unreadable)).text, /^MTA-STS +there is a record, which cannot be read/m);
});

test("no way: null MX, no such domain, no answer; nobody is called", async () => {
  const ends = async (address: string, names: Names): Promise<string> => {
    const seen = await walk(address, names);
    assert.deepEqual(seen.asked, []);
    return `${seen.walked.kind} ${seen.text.split("\n")[1]}`;
  };
  const nothing = { preference: 0, exchange: "" };
  assert.match(await ends("a@null.test", { "null.test": { MX: { records: [nothing] } } }), /^returned MX +null/);
  assert.match(await ends("a@none.test", {}), /^returned MX +the domain does not exist$/);
  assert.match(await ends("a@down.test", { "down.test": { MX: "servfail" } }), /^waits MX +the resolver has no usable/);
  assert.match(await ends("a@not a name", {}), /^returned MX +the domain does not exist$/);
});

test("a domain without MX is its own host; one with umlauts is asked for in A-labels", async () => {
  const seen = await walk("ä@bücher.test", { "xn--bcher-kva.test": A("198.51.100.1") });
  assert.match(seen.text, /^domain +xn--bcher-kva\.test\nMX +none: the domain is its own host/);
  assert.equal(seen.walked.kind, "goes");
});

test("mail for a domain of ours stays, and nobody is asked", async () => {
  const seen = await walk("a@ours.test", {});
  assert.deepEqual([seen.walked, seen.asked, kinds(seen)], [{ kind: "stays", recipient: true }, [], "domain"]);
  assert.match(seen.text, /takes mail for this recipient/);
  assert.match(
    (await walk("ours.test.", {})).text,
    /^domain +ours\.test\nthe domain is one of ours: mail for it stays/,
  );
  assert.match((await walk("b@ours.test", {})).text, /mail is returned to its sender: 550 5\.1\.1 Nobody$/);
});

test("over a smarthost the hosts of the domain are not asked", async () => {
  const host = {
    name: "smart.test",
    addresses: ["198.51.100.9"],
    tls: { kind: "mta-sts", mode: "enforce" },
    nameIsSure: true,
  } as const;
  const findings = { stsPolicy: undefined, leftOut: [], failures: [] };
  const route = async () => ({ kind: "hosts", hosts: [host], findings }) as const;
  const seen = await walk("a@good.test", {}, {}, { smarthost: "smart.test", ways: { route } });
  assert.equal(kinds(seen), "domain smarthost mta-sts host tlsa policy address connected result");
  assert.deepEqual(seen.asked, ["smart.test 198.51.100.9"]);
  assert.match(seen.text, /^ *decides +queue\.smarthost: TLS with a right certificate/m);
});

test("an address literal has no DNS", async () => {
  const seen = await walk("a@[198.51.100.3]", {});
  assert.equal(kinds(seen), "domain host policy address connected result");
  assert.match(seen.text, /^mail goes to \[198\.51\.100\.3\], TLSv1\.3/m);
});

test("what becomes of the mail: the next host takes it, it waits, or it is returned", async () => {
  const names: Names = {
    "two.test": MX("a.test", "b.test"),
    "a.test": A("198.51.100.1"),
    "b.test": A("198.51.100.2"),
  };
  const end = async (first: Probed, second: Probed): Promise<string> =>
    (await walk("x@two.test", names, { "198.51.100.1": first, "198.51.100.2": second })).text.split("\n").at(-1) ?? "";
  const [away, never] = [closed("unreached", "The host does not answer"), closed("unfit", "we take nothing")];
  assert.match(await end(away, OPEN), /^mail goes to b\.test/);
  assert.match(await end(never, OPEN), /^mail goes to b\.test/);
  assert.match(await end(never, away), /^mail waits, .*: The host does not answer$/);
  assert.match(await end(never, never), /^mail is returned to its sender: we take nothing$/);
});

test("a walk that nobody waits for ends before the next host", async () => {
  const leaving = new AbortController();
  const names: Names = { "two.test": MX("a.test", "b.test"), "a.test": A("198.51.100.1"), "b.test": A("198.51.100.2") };
  const asked: string[] = [];
  const probe: Probe = async (host) => {
    asked.push(host.name);
    leaving.abort();
    return closed("unreached", "stopped");
  };
  const resolver = fakeResolver(names);
  const sts = {
    find: async () => ({ policy: undefined, failure: undefined }),
    refresh: async () => ({ renewed: 0, failed: 0, removed: 0 }),
  };
  const ways = createRouter({ resolver, sts, ownNames: [], random: () => 0 });
  const recipient = async (): Promise<never> => assert.fail("no address of ours");
  const walking = createWalk({ resolver, ways, domains: [], smarthost: undefined, recipient, probe });
  assert.deepEqual(await walking("x@two.test", async () => {}, leaving.signal), { kind: "broken-off" });
  assert.deepEqual(asked, ["a.test"]);
});

test("steps of a dialogue in words; what a stranger says cannot move the cursor", () => {
  const steps: readonly ProbeStep[] = [
    { kind: "greeting", code: 220, words: "mx \u001B[2J\u009b1m" },
    { kind: "ehlo", isEncrypted: false, keywords: [] },
    { kind: "ehlo", isEncrypted: true, keywords: ["SIZE 1", "DSN"] },
    { kind: "starttls", code: undefined, words: "" },
    { kind: "starttls", code: 454, words: "later" },
    { kind: "no-tls", code: "ECONNRESET" },
    {
      kind: "tls",
      protocol: "TLSv1.3",
      cipher: "TLS_AES_256_GCM_SHA384",
      verified: undefined,
      failure: "certificate-expired",
      certificate: { names: ["mx.test"], issuer: "CN=x", validUntil: Date.UTC(2026, 0, 2) },
    },
  ];
  assert.deepEqual(steps.map(stepText), [
    "    greeting    220 mx ?[2J?1m",
    "    EHLO        no extensions",
    "    EHLO (TLS)  SIZE 1, DSN",
    "    STARTTLS    not offered",
    "    STARTTLS    454 later",
    "    TLS         the handshake failed (ECONNRESET)",
    "    TLS         TLSv1.3 TLS_AES_256_GCM_SHA384; certificate of mx.test, issued by CN=x, until 2026-01-02; not verified: certificate-expired",
  ]);
});
