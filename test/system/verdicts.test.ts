/**
 * What we find out of where mail comes from, beside what independent programs find: python3-spf, python3-dkim and
 * libopendmarc, over the public corpora. They agree, or the case stands here with the reason.
 */
import assert from "node:assert/strict";
import { existsSync, globSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { Dkim } from "../../src/rules/authentication/dkim/verify.ts";
import { evaluateDmarc } from "../../src/rules/authentication/dmarc/evaluate.ts";
import { checkSpf } from "../../src/rules/authentication/spf/check.ts";
import { texts, type Zone, zoneLookup } from "../../src/rules/authentication/zone.fixture.ts";
import { signed, signerOf, verifying } from "../../src/service/authentication/verifying.fixture.ts";
import { corpusFiles, corpusText, mail, needsCorpora } from "../../src/syntax/message/testdata.test.ts";
import { FakeClock } from "../world/fake-clock.ts";
import { need, run } from "./program.ts";

/** The one that the distribution installs its packages for. */
const PYTHON = "/usr/bin/python3";
const [LIBOPENDMARC = "libopendmarc.so.2"] = globSync("/usr/lib/*/libopendmarc.so.2");

/** Runs a program of Python on a value; the answer is one too. */
async function python<T>(program: string, given: unknown): Promise<T> {
  return JSON.parse(await run(PYTHON, ["-c", program], { input: JSON.stringify(given) })) as T;
}

function needModule(context: TestContext, file: string): boolean {
  if (existsSync(file)) return true;
  assert.ok(process.env["CI"] === undefined, `CI must install what brings ${file}`);
  context.skip(`not installed: ${file}`);
  return false;
}

const SPF = `
import json, sys, warnings
warnings.simplefilter("ignore")
import spf
given = json.load(sys.stdin)
zone = {}
def lookup(name, qtype, strict=True, timeout=20):
    entries = zone.get(name.rstrip(".").lower(), [])
    found = [entry for entry in entries if entry != "TIMEOUT" and entry.get(qtype, "NONE") != "NONE"]
    if "TIMEOUT" in entries and not found:
        raise spf.TempError("DNS timeout")
    for entry in [entry for entry in entries if entry != "TIMEOUT" and "CNAME" in entry] + found:
        kind = "CNAME" if "CNAME" in entry else qtype
        value = entry[kind]
        if kind == "TXT":
            value = [text.encode("latin1") for text in ([value] if isinstance(value, str) else value)]
        if kind == "MX":
            value = (int(value[0]), value[1])
        yield ((name, kind), value)
spf.DNSLookup = lookup
out = []
for scenario in given:
    zone = {name.lower().rstrip("."): entries for name, entries in scenario["zone"].items()}
    for case in scenario["cases"]:
        q = spf.query(i=case["address"], s=case["sender"], h=case["helo"], strict=True)
        out.append(q.check()[0])
print(json.dumps(out))
`;

type SpfScenario = {
  readonly tests: Readonly<Record<string, { readonly host: string; readonly helo: string; readonly mailfrom: string }>>;
  readonly zonedata: Zone;
};

test("SPF: python3-spf says the same of both public suites", needsCorpora, async (context) => {
  if (!need(context, "python3") || !needModule(context, "/usr/lib/python3/dist-packages/spf.py")) return;
  const ours: string[] = [];
  const names: string[] = [];
  const given: unknown[] = [];
  for (const file of ["rfc7208", "rfc4408"])
    for (const document of parseAllDocuments(corpusText(`spf-openspf/${file}-tests.yml`))) {
      const { tests, zonedata } = document.toJS() as SpfScenario;
      const zone = Object.fromEntries(
        Object.entries(zonedata).map(([name, entries]) => {
          const hasText = entries.some((entry) => typeof entry === "object" && entry["TXT"] !== undefined);
          return [
            name,
            entries.map((entry) =>
              !hasText && typeof entry === "object" && entry["SPF"] !== undefined ? { TXT: entry["SPF"] } : entry,
            ),
          ];
        }),
      );
      const cases = Object.entries(tests).map(([name, { host, helo, mailfrom }]) => ({
        name,
        address: host,
        helo,
        sender: mailfrom,
      }));
      given.push({ zone, cases });
      for (const { name, address, helo, sender } of cases) {
        const at = sender.lastIndexOf("@");
        const question =
          sender === ""
            ? { local: "", domain: helo, scope: "helo" as const }
            : { local: sender.slice(0, Math.max(at, 0)), domain: sender.slice(at + 1), scope: "mailfrom" as const };
        ours.push((await checkSpf({ address, helo, ...question }, zoneLookup(zone))).result);
        names.push(`${file} ${name}`);
      }
    }
  const theirs = await python<readonly string[]>(SPF, given);
  assert.equal(theirs.length, 394);
  const different = names.flatMap((name, at) =>
    theirs[at] === ours[at] ? [] : [`${name}: ${ours[at]}, there ${theirs[at]}`],
  );
  assert.deepEqual(different, []);
});

const DKIM = `
import base64, json, sys, dkim
given = json.load(sys.stdin)
out = []
for case in given:
    zone = case["zone"]
    lookup = lambda name, timeout=5: zone.get(name.decode().rstrip("."), "").encode("latin1")
    octets = base64.b64decode(case["message"])
    words = []
    for n in range(case["signatures"]):
        try:
            words.append(bool(dkim.DKIM(octets).verify(idx=n, dnsfunc=lookup)))
        except Exception:
            words.append(False)
    try:
        cv, _, _ = dkim.ARC(octets).verify(dnsfunc=lookup)
        arc = cv.decode() if cv else "none"
    except Exception:
        arc = "error"
    out.append([words, arc])
print(json.dumps(out))
`;

type Sample = { readonly name: string; readonly text: string; readonly zone: Readonly<Record<string, string>> };

/** Lines of keys, an empty line, the mail. */
function sample(file: string): Sample {
  const [head = "", ...rest] = corpusText(file).split(/(?<=\n)\r?\n/);
  const lines = head
    .trim()
    .split(/\r?\n/)
    .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);
  return { name: file, text: rest.join("\n"), zone: Object.fromEntries(lines) };
}

function arcSamples(): readonly Sample[] {
  return parseAllDocuments(corpusText("arc-valimail/arc-draft-validation-tests.yml")).flatMap((document) => {
    const { tests, "txt-records": zone } = document.toJS() as {
      readonly tests: Readonly<Record<string, { readonly message: string }>>;
      readonly "txt-records": Readonly<Record<string, string>>;
    };
    return Object.entries(tests).map(([name, { message }]) => ({ name, text: message, zone: zone ?? {} }));
  });
}

/** A mail of ours, whole and changed in ways that matter and in ways that do not. */
async function ownSamples(): Promise<readonly Sample[]> {
  const signers = [signerOf("example.test", "rsa-sha256"), signerOf("other.test")];
  const zone = Object.fromEntries(signers.map(({ name, record }) => [name, record]));
  const text = await signed(
    "From: a@example.test\nTo: b@example.org\nSubject: one two\n\nA line.\n\nAnother\n",
    ...signers,
  );
  const changes: Readonly<Record<string, readonly [string | RegExp, string]>> = {
    whole: ["", ""],
    "white space": ["one two", "one\n   two  "],
    "empty lines at the end": [/$/, "\n\n\n"],
    "another subject": ["one two", "one three"],
    "a second From": ["From:", "From: b@example.test\nFrom:"],
    "another body": ["A line", "B line"],
    "a field above": [/^/, "Received: x\n"],
    "key gone": ["d=other.test", "d=gone.test"],
    expired: [" t=", " x=1500000000; t="],
  };
  return Object.entries(changes).map(([name, [from, to]]) => ({
    name: `own: ${name}`,
    text: text.replace(from, to),
    zone,
  }));
}

/** Cases in which python3-dkim says another thing, and why; the public suite has the first five too. */
const DKIM_DEVIATIONS: Readonly<Record<string, string>> = {
  cv_fail_i1_as_cv_fail:
    "a chain that says it is broken: there as if there were none (RFC 8617 section 5.2, step 2: fail)",
  cv_fail_i2_as2_fail: "the same",
  cv_fail_i2_as1_fail: "the same",
  ams_fields_c_na: "without c= the form is simple (RFC 6376 section 3.5); there relaxed",
  ams_fields_h_empty: "a signature covers From (RFC 6376 section 5.4); there it need not in chains",
  "auth-stalwart/arc/002.txt": "seals and signatures of chains by Ed25519 are not verified there",
};

test("DKIM, ARC: python3-dkim says the same of every signature and chain", needsCorpora, async (context) => {
  if (!need(context, "dkimverify", "python3")) return;
  const files = [...corpusFiles("auth-stalwart/dkim", [".txt"]), ...corpusFiles("auth-stalwart/arc", [".txt"])];
  const samples = [...files.map(sample), ...arcSamples(), ...(await ownSamples())];
  const ours: (readonly [readonly boolean[], string])[] = [];
  const clock = new FakeClock(new Date().toISOString());
  const isPass = ({ result }: Dkim): boolean => result === "pass";
  for (const { text, zone } of samples) {
    const { dkim, arc } = await verifying(texts(zone), {}, clock)(text);
    ours.push([dkim.map(isPass), arc.result]);
  }
  const given = samples.map(({ text, zone }, at) => {
    return { message: Buffer.from(mail(text)).toString("base64"), zone, signatures: ours[at]?.[0].length };
  });
  const theirs = await python<typeof ours>(DKIM, given);
  const different = samples.flatMap(({ name }, at) =>
    JSON.stringify(ours[at]) === JSON.stringify(theirs[at]) ? [] : [name],
  );
  assert.deepEqual(different.toSorted(), Object.keys(DKIM_DEVIATIONS).toSorted());
  assert.ok(samples.length > 180);
});

const DMARC = `
import ctypes, json, sys, tempfile
given = json.load(sys.stdin)
lib = ctypes.CDLL(given["library"])
lib.opendmarc_policy_connect_init.restype = ctypes.c_void_p
text = lambda value: value.encode() if value else None
with tempfile.NamedTemporaryFile() as file:
    file.write(given["suffixes"].encode())
    file.flush()
    assert lib.opendmarc_tld_read_file(text(file.name), b"//", b"*.", b"!") == 0
words = {15: "pass none", 16: "fail reject", 17: "fail quarantine", 18: "fail none"}
out = []
for case in given["cases"]:
    context = ctypes.c_void_p(lib.opendmarc_policy_connect_init(b"192.0.2.1", 0))
    lib.opendmarc_policy_store_from_domain(context, text(case["from"]))
    if case.get("spf"):
        lib.opendmarc_policy_store_spf(context, text(case["spf"]), 1, 1, None)
    if case.get("dkim"):
        lib.opendmarc_policy_store_dkim(context, text(case["dkim"]), b"s", 1, None)
    above = None if case["publisher"] == case["from"] else text(case["publisher"])
    lib.opendmarc_policy_store_dmarc(context, text(case["record"]), text(case["publisher"]), above)
    out.append(words.get(lib.opendmarc_get_policy_to_enforce(context), "?"))
print(json.dumps(out))
`;

/** All that these can be together. */
function dmarcCases(): readonly DmarcCase[] {
  const names = [undefined, "example.com", "sub.example.com", "a.sub.example.com", "example.org", "notexample.com"];
  const records = [
    "v=DMARC1; p=reject",
    "v=DMARC1; p=quarantine; sp=none",
    "v=DMARC1; p=none; sp=reject; pct=100",
    "v=DMARC1; p=reject; adkim=s",
    "v=DMARC1;p=reject; aspf=s; sp=quarantine;",
    "v=DMARC1; p=reject; adkim=r; aspf=r; rua=mailto:d@example.com",
  ];
  const authors = [
    ["example.com", "example.com"],
    ["sub.example.com", "example.com"],
    ["sub.example.com", "sub.example.com"],
  ] as const;
  return authors.flatMap(([from, publisher]) =>
    records.flatMap((record) =>
      names.flatMap((spf) => names.map((dkim): DmarcCase => ({ from, publisher, record, spf, dkim }))),
    ),
  );
}

type DmarcCase = {
  readonly from: string;
  readonly publisher: string;
  readonly record: string;
  readonly spf: string | undefined;
  readonly dkim: string | undefined;
};

test("DMARC: libopendmarc says the same of alignment and policy", needsCorpora, async (context) => {
  if (!need(context, "python3") || !needModule(context, LIBOPENDMARC)) return;
  const cases = dmarcCases();
  const ours: string[] = [];
  for (const { from, publisher, record, spf, dkim } of cases) {
    // The organizational domain is what the list of suffixes says there, and what the tree says here.
    const zone = texts({ "_dmarc.example.com": "v=DMARC1; p=none", [`_dmarc.${publisher}`]: record });
    const { result, disposition } = await evaluateDmarc(
      [from],
      { result: spf === undefined ? "none" : "pass", domain: spf ?? "", scope: "mailfrom", reason: "" },
      dkim === undefined ? [] : [holding(dkim)],
      zoneLookup(zone),
    );
    ours.push(`${result} ${disposition}`);
  }
  const suffixes = corpusText("psl/public_suffix_list.dat");
  const theirs = await python<readonly string[]>(DMARC, { library: LIBOPENDMARC, suffixes, cases });
  const different = cases.flatMap((one, at) =>
    theirs[at] === ours[at] || isLooseThere(one, theirs[at])
      ? []
      : [`${JSON.stringify(one)}: ${ours[at]}, there ${theirs[at]}`],
  );
  assert.deepEqual(different, []);
  assert.ok(ours.filter((word, at) => word === theirs[at]).length > 500);
});

/**
 * The one deviation: libopendmarc 1.4.2 reads adkim=s and aspf=s and holds nobody to them. RFC 9989 section 4.4 (as RFC
 * 7489 before it): strict is the very name.
 */
function isLooseThere({ record }: DmarcCase, word: string | undefined): boolean {
  return word === "pass none" && /(?:adkim|aspf)=s/.test(record);
}

/** A signature of the domain that holds. */
function holding(domain: string): Dkim {
  return { result: "pass", reason: "", domain, selector: "s", algorithm: "rsa-sha256", mark: "", isTesting: false };
}
