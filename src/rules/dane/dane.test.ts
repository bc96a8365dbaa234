import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { readCertificateUse } from "./certificate.ts";
import { authority, certify, type Party, tlsaOf } from "./chain.fixture.ts";
import { baseDomains, type TlsaRecord, tlsaName, usableRecords } from "./tlsa.ts";
import { type DaneVerdict, verifyDane } from "./verify.ts";

const NOW = Date.parse("2026-06-01");
const LATER = Date.parse("2028-01-01");
const root = await authority("root");
const middle = await authority("middle", root);
const server = await certify("server", middle, { names: ["mx.good.test"] });
const stranger = await certify("stranger", undefined, { names: ["mx.good.test"] });
const strangeRoot = await authority("root");

const digest = (usage: number, selector: number, matchingType: number, bytes: number): TlsaRecord => ({
  usage,
  selector,
  matchingType,
  data: new Uint8Array(bytes),
});

for (const [title, records, expected] of [
  ["RFC 7672 section 3.1: DANE-TA and DANE-EE", [digest(2, 0, 1, 32), digest(3, 1, 1, 32)], 2],
  ["RFC 7672 section 3.1.3: PKIX usages are not usable", [digest(0, 0, 1, 32), digest(1, 1, 1, 32)], 0],
  ["an unknown usage", [digest(4, 0, 1, 32)], 0],
  ["an unknown selector", [digest(3, 2, 1, 32)], 0],
  ["an unknown matching type", [digest(3, 1, 3, 48)], 0],
  ["a digest of the wrong length", [digest(3, 1, 1, 31), digest(3, 1, 2, 32), digest(3, 1, 1, 0)], 0],
  ["something whole that is no certificate and no key", [digest(3, 0, 0, 100), digest(3, 1, 0, 100)], 0],
  ["RFC 7671 section 9: only the strongest digest", [digest(3, 1, 1, 32), digest(3, 1, 2, 64)], 1],
  ["RFC 7671 section 9: for each usage and selector", [digest(3, 1, 1, 32), digest(2, 1, 2, 64)], 2],
  ["a stronger digest that is malformed pushes nothing out", [digest(3, 1, 1, 32), digest(3, 1, 2, 63)], 1],
] as const)
  test(`usable records: ${title}`, () => assert.equal(usableRecords(records).length, expected));

test("RFC 7671 section 9: what is whole stays beside the strongest digest", async () => {
  const records = [await tlsaOf(server, 3, 1, 0), await tlsaOf(server, 3, 1, 1), await tlsaOf(server, 3, 1, 2)];
  assert.deepEqual(
    usableRecords(records).map(({ matchingType }) => matchingType),
    [0, 2],
  );
});

for (const [title, host, answer, aliasIsSecure, expected] of [
  ["no alias, verified", "mx.a.test", { name: "mx.a.test", secure: true }, false, ["mx.a.test"]],
  ["no alias, not verified", "mx.a.test", { name: "mx.a.test", secure: false }, true, []],
  ["an alias, all verified", "mx.a.test", { name: "b.test", secure: true }, false, ["b.test", "mx.a.test"]],
  ["an alias verified, its target not", "mx.a.test", { name: "b.test", secure: false }, true, ["mx.a.test"]],
  ["an alias not verified", "mx.a.test", { name: "b.test", secure: false }, false, []],
] as const)
  test(`RFC 7672 section 2.2.2: base domains: ${title}`, () =>
    assert.deepEqual(baseDomains(host, answer, aliasIsSecure), expected));

test("RFC 6698 section 3: the name of the records", () => {
  assert.equal(tlsaName("mx.good.test", 25), "_25._tcp.mx.good.test");
});

function verdict(
  records: readonly TlsaRecord[],
  chain: readonly Party[],
  more: { readonly names?: readonly string[]; readonly now?: number } = {},
): DaneVerdict {
  const { names = ["mx.good.test", "good.test"], now = NOW } = more;
  return verifyDane({ records, names, now, chain: chain.map(({ der }) => der) });
}
const endEntity = { kind: "verified", by: "end-entity" };
const trustAnchor = { kind: "verified", by: "trust-anchor" };
const failed = { kind: "failed", why: "validation-failure" };

test("DANE-EE: certificate and key, whole and by digest; another's is refused", async () => {
  for (const selector of [0, 1])
    for (const matching of [0, 1, 2]) {
      const record = await tlsaOf(server, 3, selector, matching);
      assert.deepEqual(verdict([record], [server]), endEntity);
      assert.deepEqual(verdict([record], [stranger, server]), failed, "only the server's own counts");
    }
});

test("RFC 7672 section 3.1.1: DANE-EE asks neither for name nor for time", async () => {
  const record = await tlsaOf(server, 3, 1, 1);
  assert.deepEqual(verdict([record], [server], { names: ["other.test"], now: LATER }), endEntity);
});

test("one record that matches is enough", async () => {
  const records = [await tlsaOf(stranger, 3, 1, 1), await tlsaOf(strangeRoot, 2, 0, 1), await tlsaOf(server, 3, 1, 1)];
  assert.deepEqual(verdict(records, [server]), endEntity);
});

test("DANE-TA: root and intermediate, certificate and key, in any order of the chain", async () => {
  for (const anchor of [root, middle])
    for (const selector of [0, 1])
      for (const matching of [0, 1, 2]) {
        const record = await tlsaOf(anchor, 2, selector, matching);
        assert.deepEqual(verdict([record], [server, middle, root]), trustAnchor);
        assert.deepEqual(verdict([record], [server, root, stranger, middle]), trustAnchor);
      }
});

test("RFC 7672 section 3.1.2: an anchor that was not sent does not count, but a whole one in the record does", async () => {
  assert.deepEqual(verdict([await tlsaOf(root, 2, 0, 1)], [server, middle]), failed);
  assert.deepEqual(verdict([await tlsaOf(root, 2, 0, 0)], [server, middle]), trustAnchor);
});

test("RFC 7672 section 3.2.2: DANE-TA asks for one of the names", async () => {
  const record = await tlsaOf(root, 2, 0, 1);
  const named = async (names: readonly string[] | undefined, subject = "x"): Promise<DaneVerdict> => {
    const own = await certify(subject, middle, names === undefined ? {} : { names });
    return verdict([record], [own, middle, root]);
  };
  const mismatch = { kind: "failed", why: "certificate-host-mismatch" };
  assert.deepEqual(await named(["good.test"]), trustAnchor);
  assert.deepEqual(await named(["*.good.test"]), trustAnchor);
  assert.deepEqual(await named(["other.test", "MX.good.test"]), trustAnchor);
  assert.deepEqual(await named(undefined, "mx.good.test"), trustAnchor, "the subject, without DNS names");
  assert.deepEqual(await named(["other.test"], "mx.good.test"), mismatch);
  assert.deepEqual(await named(["m*.good.test"]), mismatch);
  assert.deepEqual(await named(["*.test"], "y"), mismatch, "all of a top-level domain");
  assert.deepEqual(await named(["*.mx.good.test"]), mismatch);
});

test("DANE-TA asks for time, all along the chain", async () => {
  const record = await tlsaOf(root, 2, 0, 1);
  const expired = { kind: "failed", why: "certificate-expired" };
  assert.deepEqual(verdict([record], [server, middle, root], { now: LATER }), expired);
  assert.deepEqual(verdict([record], [server, middle, root], { now: Date.parse("2025-12-31") }), expired);
  const old = await authority("old", root, { until: NOW - 1 });
  const own = await certify("own", old, { names: ["mx.good.test"] });
  assert.deepEqual(verdict([record], [own, old, root]), expired);
});

test("DANE-TA: who is no authority cannot certify", async () => {
  const record = await tlsaOf(root, 2, 0, 1);
  const under = async (issuer: Party): Promise<DaneVerdict> =>
    verdict([record], [await certify("own", issuer, { names: ["mx.good.test"] }), issuer, root]);
  assert.deepEqual(await under(await certify("server of another", root)), failed);
  assert.deepEqual(await under(await authority("may not sign", root, { maySign: false })), failed);
  assert.deepEqual(await under(await authority("same name, other key", strangeRoot)), failed);
  const understood = (id: string, isCritical: boolean): Promise<Party> =>
    authority("x", root, { extension: { id, isCritical } });
  assert.deepEqual(await under(await understood("1.2.3.4", false)), trustAnchor);
  assert.deepEqual(await under(await understood("1.2.3.4", true)), failed, "critical and unknown");
  assert.deepEqual(await under(await understood("2.5.29.30", false)), failed, "limits of names");
});

test("DANE-TA: a server's certificate that asks for what is not understood is not relied upon", async () => {
  const record = await tlsaOf(root, 2, 0, 1);
  const judged = async (isCritical: boolean): Promise<DaneVerdict> => {
    const extension = { id: "1.2.3.4", isCritical };
    return verdict([record], [await certify("own", root, { names: ["mx.good.test"], extension }), root]);
  };
  assert.deepEqual(await judged(false), trustAnchor);
  assert.deepEqual(await judged(true), failed);
});

test("DANE-TA: the length of the path is kept to", async () => {
  const short = await authority("short", undefined, { pathLength: 0 });
  const between = await authority("between", short);
  const record = await tlsaOf(short, 2, 0, 1);
  const direct = await certify("own", short, { names: ["mx.good.test"] });
  const far = await certify("own", between, { names: ["mx.good.test"] });
  assert.deepEqual(verdict([record], [direct, short]), trustAnchor);
  assert.deepEqual(verdict([record], [far, between, short]), failed);
});

test("DANE-TA: a certificate for other purposes is none for a server", async () => {
  const record = await tlsaOf(root, 2, 0, 1);
  const made = async (purpose: string): Promise<DaneVerdict> =>
    verdict([record], [await certify("own", root, { names: ["mx.good.test"], purposes: [purpose] }), root]);
  assert.deepEqual(await made("1.3.6.1.5.5.7.3.1"), trustAnchor);
  assert.deepEqual(await made("1.3.6.1.5.5.7.3.4"), failed);
});

test("authorities that certify each other crosswise cost little", async () => {
  const { keys } = await authority("same");
  const same = await Promise.all(Array.from({ length: 11 }, () => authority("same", undefined, { keys })));
  const own = await certify("own", same[0], { names: ["mx.good.test"] });
  const started = performance.now();
  assert.deepEqual(verdict([await tlsaOf(root, 2, 0, 1)], [own, ...same]), failed);
  assert.ok(performance.now() - started < 2000);
});

test("of thousands of records so many are looked at, and of whole anchors in them as many as a chain may have", async () => {
  const right = await tlsaOf(server, 3, 1, 1);
  const others = Array.from({ length: 5000 }, () => digest(3, 1, 1, 32));
  assert.deepEqual(verdict([...others.slice(0, 99), right, ...others], [server]), endEntity);
  assert.deepEqual(verdict([...others.slice(0, 100), right], [server]), failed);
  const anchor = await tlsaOf(root, 2, 0, 0);
  const strangers = Array<TlsaRecord>(12).fill(await tlsaOf(strangeRoot, 2, 0, 0));
  assert.deepEqual(verdict([...strangers.slice(1), anchor], [server, middle]), trustAnchor);
  assert.deepEqual(verdict([...strangers, anchor], [server, middle]), failed);
});

test("no chain makes it throw", async () => {
  const record = await tlsaOf(server, 3, 1, 1);
  assert.deepEqual(verdict([record], []), failed);
  const check = (chain: readonly Uint8Array[]): DaneVerdict =>
    verifyDane({ records: [record], names: [], chain, now: 0 });
  assert.deepEqual(check([new Uint8Array(), server.der]), failed, "the first one is the server's");
  fc.assert(fc.property(fc.array(fc.uint8Array()), (chain) => assert.deepEqual(check(chain), failed)));
  fc.assert(
    fc.property(fc.nat(server.der.length - 1), fc.nat(255), (at, value) => {
      const broken = Uint8Array.from(server.der);
      broken[at] = value;
      check([broken]);
      readCertificateUse(broken);
    }),
  );
});
