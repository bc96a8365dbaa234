import assert from "node:assert/strict";
import { test } from "node:test";
import type { Authentication } from "../authentication/authentication.ts";
import { readDmarcRecord } from "../authentication/dmarc/record.ts";
import type { Judgement } from "../authentication/judge.ts";
import { type JudgedMessage, noteOf } from "./note-of.ts";

const RECORD = "v=DMARC1; p=reject; sp=none; adkim=s; rua=mailto:a@example.com";
const accept: Judgement = { kind: "accept", exempt: undefined };
const junk: Judgement = { kind: "junk", reason: "" };
const refuse: Judgement = { kind: "refuse", reason: "" };

type Dmarc = Authentication["dmarc"];
type Given = Partial<Omit<JudgedMessage, "authentication">> & {
  readonly dmarc?: Partial<Dmarc>;
  readonly record?: string;
};

function judged({ dmarc, record = RECORD, ...more }: Given = {}): JudgedMessage {
  const signature = { reason: "", algorithm: undefined, mark: undefined, isTesting: false } as const;
  const checked: Pick<Authentication, "client" | "spf" | "dkim" | "dmarc"> = {
    client: { address: "192.0.2.1", helo: "mx.example.com" },
    spf: { result: "softfail", domain: "bounce.example", scope: "mailfrom", reason: "" },
    dkim: [
      { ...signature, result: "fail", domain: "mail.example.com", selector: "s1" },
      { ...signature, result: "permerror", domain: undefined, selector: undefined },
    ],
    dmarc: {
      result: "fail",
      reason: "",
      domain: "mail.example.com",
      organizationalDomain: "example.com",
      policy: "reject",
      policyDomain: "example.com",
      isTesting: false,
      aligned: { dkim: [], spf: false },
      disposition: "reject",
      record: readDmarcRecord(record),
      ...dmarc,
    },
  };
  // Nothing else of it is looked at.
  const authentication = checked as Authentication;
  return { authentication, envelopeFrom: "bounce.example", judgements: [junk], subject: "Hello", ...more };
}
const told = (given: Given): string => {
  const { disposition, overrides } = noteOf(judged(given)) ?? {};
  return `${disposition} ${overrides?.map(({ type, comment }) => `${type} ${comment}`).join()}`;
};

test("F5: everything of a message that its author's domain may know", () => {
  assert.deepEqual(noteOf(judged()), {
    policyDomain: "example.com",
    policy: { p: "reject", sp: "none", np: undefined, isDkimStrict: true, isSpfStrict: false, isTesting: false },
    sourceAddress: "192.0.2.1",
    headerFrom: "mail.example.com",
    envelopeFrom: "bounce.example",
    spf: { domain: "bounce.example", result: "softfail" },
    dkim: [{ domain: "mail.example.com", selector: "s1", result: "fail" }],
    aligned: { dkim: false, spf: false },
    disposition: "quarantine",
    overrides: [{ type: "local_policy", comment: "not rejected, but quarantined" }],
  });
  const dmarc = { result: "pass", disposition: "none", aligned: { dkim: ["example.com"], spf: true } } as const;
  const passed = noteOf(judged({ dmarc, judgements: [accept] }));
  assert.deepEqual([passed?.disposition, passed?.aligned, passed?.overrides], ["pass", { dkim: true, spf: true }, []]);
});

test("nothing where nobody asks, where no policy holds, and of reports", () => {
  const subject = "Report Domain: example.com Submitter: b.example Report-ID: <1>";
  for (const given of [
    { record: "v=DMARC1; p=reject" },
    { record: "v=DMARC1; p=bounce" },
    { dmarc: { record: undefined } },
    { dmarc: { policyDomain: undefined } },
    { subject },
  ])
    assert.equal(noteOf(judged(given)), undefined);
});

test("RFC 9990 section 3.1.1.9: a reason where we do something else than is published", () => {
  assert.equal(told({ judgements: [refuse] }), "reject ");
  assert.equal(told({ dmarc: { policy: "quarantine" } }), "quarantine ");
  assert.equal(told({ dmarc: { policy: "none", disposition: "none" }, judgements: [accept] }), "none ");
  for (const [exempt, reason] of [
    ["mailing-list", "mailing_list undefined"],
    ["sealed", "local_policy arc=pass"],
    ["forwarder", "trusted_forwarder undefined"],
  ] as const)
    assert.equal(told({ judgements: [{ kind: "accept", exempt }] }), `none ${reason}`);
  assert.equal(told({ dmarc: { isTesting: true } }), "quarantine policy_test_mode t=y");
  assert.equal(
    told({ dmarc: { result: "temperror" }, judgements: [accept] }),
    "none local_policy the DNS did not answer",
  );
  assert.equal(told({ judgements: [] }), "none local_policy not judged");
});

test("of several recipients the strictest counts, and a holder's own exception is not told", () => {
  assert.match(told({ judgements: [{ kind: "accept", exempt: "forwarder" }, junk] }), /^quarantine local_policy /);
  assert.match(told({ judgements: [junk, refuse] }), /^reject $/);
});
