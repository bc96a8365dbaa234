import assert from "node:assert/strict";
import { test } from "node:test";
import { type FailureDetail, tlsaLine, type TlsReport, writeReport } from "./report.ts";

const detail = (more: Partial<FailureDetail> & Pick<FailureDetail, "result" | "sessions">): FailureDetail => ({
  sendingAddress: undefined,
  host: undefined,
  receivingAddress: undefined,
  reason: undefined,
  ...more,
});

const companyX: TlsReport = {
  organisation: "Company-X",
  contact: "sts-reporting@company-x.example",
  id: "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
  day: Date.parse("2016-04-01"),
  policies: [
    {
      policy: {
        type: "sts",
        domain: "company-y.example",
        lines: ["version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"],
      },
      successes: 5326,
      failures: 303,
      details: [
        detail({
          result: "certificate-expired",
          sendingAddress: "2001:db8:abcd:0012::1",
          host: "mx1.mail.company-y.example",
          sessions: 100,
        }),
        detail({
          result: "starttls-not-supported",
          sendingAddress: "2001:db8:abcd:0013::1",
          host: "mx2.mail.company-y.example",
          receivingAddress: "203.0.113.56",
          sessions: 200,
        }),
        detail({
          result: "validation-failure",
          sendingAddress: "198.51.100.62",
          host: "mx-backup.mail.company-y.example",
          receivingAddress: "203.0.113.58",
          reason: "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
          sessions: 3,
        }),
      ],
    },
  ],
};

test("F5: RFC 8460 appendix B: the example's report, with mx-host as the array that section 4.4 asks for", () => {
  assert.deepEqual(JSON.parse(writeReport(companyX)), {
    "organization-name": "Company-X",
    "date-range": { "start-datetime": "2016-04-01T00:00:00Z", "end-datetime": "2016-04-01T23:59:59Z" },
    "contact-info": "sts-reporting@company-x.example",
    "report-id": "5065427c-23d3-47ca-b6e0-946ea0e8c4be",
    policies: [
      {
        policy: {
          "policy-type": "sts",
          "policy-string": ["version: STSv1", "mode: testing", "mx: *.mail.company-y.example", "max_age: 86400"],
          "policy-domain": "company-y.example",
          "mx-host": ["*.mail.company-y.example"],
        },
        summary: { "total-successful-session-count": 5326, "total-failure-session-count": 303 },
        "failure-details": [
          {
            "result-type": "certificate-expired",
            "sending-mta-ip": "2001:db8:abcd:0012::1",
            "receiving-mx-hostname": "mx1.mail.company-y.example",
            "failed-session-count": 100,
          },
          {
            "result-type": "starttls-not-supported",
            "sending-mta-ip": "2001:db8:abcd:0013::1",
            "receiving-mx-hostname": "mx2.mail.company-y.example",
            "receiving-ip": "203.0.113.56",
            "failed-session-count": 200,
          },
          {
            "result-type": "validation-failure",
            "sending-mta-ip": "198.51.100.62",
            "receiving-ip": "203.0.113.58",
            "receiving-mx-hostname": "mx-backup.mail.company-y.example",
            "failed-session-count": 3,
            "failure-reason-code": "X509_V_ERR_PROXY_PATH_LENGTH_EXCEEDED",
          },
        ],
      },
    ],
  });
});

test("policies without a text, and several of them, are told as what they are", () => {
  const tlsa = ["3 1 1 0AFF"];
  const { policies } = JSON.parse(
    writeReport({
      ...companyX,
      policies: [
        { policy: { type: "no-policy-found", domain: "a.example", lines: [] }, successes: 1, failures: 0, details: [] },
        { policy: { type: "tlsa", domain: "mx.a.example", lines: tlsa }, successes: 2, failures: 0, details: [] },
        { policy: { type: "sts", domain: "a.example", lines: [] }, successes: 0, failures: 3, details: [] },
      ],
    }),
  ) as { readonly policies: unknown };
  const summary = (good: number, bad: number): unknown => ({
    "total-successful-session-count": good,
    "total-failure-session-count": bad,
  });
  assert.deepEqual(policies, [
    { policy: { "policy-type": "no-policy-found", "policy-domain": "a.example" }, summary: summary(1, 0) },
    {
      policy: { "policy-type": "tlsa", "policy-string": tlsa, "policy-domain": "mx.a.example" },
      summary: summary(2, 0),
    },
    { policy: { "policy-type": "sts", "policy-domain": "a.example" }, summary: summary(0, 3) },
  ]);
});

test("RFC 8460 section 4.5: a TLSA record in presentation format", () => {
  const data = Uint8Array.fromHex("1f850a337e6db9c609c522d136a475638cc43e1ed424f8eec8513d747d1d085d");
  assert.equal(
    tlsaLine({ usage: 3, selector: 0, matchingType: 1, data }),
    "3 0 1 1F850A337E6DB9C609C522D136A475638CC43E1ED424F8EEC8513D747D1D085D",
  );
});
