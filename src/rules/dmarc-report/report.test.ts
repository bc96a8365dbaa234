import assert from "node:assert/strict";
import { test } from "node:test";
import { type NotedMessage, policyOf, rowOf } from "./noted-message.ts";
import { noted } from "./noted.fixture.ts";
import { type DmarcReport, writeReport } from "./report.ts";

const report = (more: Partial<DmarcReport> = {}): DmarcReport => ({
  organisation: "Our <Mail> & more",
  contact: "postmaster@ours.example",
  id: "3v98abbp8ya9n3va8yr8oa3ya",
  day: Date.parse("1979-08-07"),
  policyDomain: "example.com",
  policy: policyOf(noted()),
  rows: [{ ...rowOf(noted()), messages: 123 }],
  ...more,
});
const written = (given: DmarcReport): string => Array.from(writeReport(given)).join("");

test("F5: RFC 9990 section 3.1.1: the report with all its elements in their order", () => {
  const failed = noted({
    sourceAddress: "2001:db8::1",
    envelopeFrom: "",
    spf: undefined,
    dkim: [],
    aligned: { dkim: false, spf: false },
    disposition: "none",
    overrides: [
      { type: "mailing_list", comment: "a <list>" },
      { type: "local_policy", comment: undefined },
    ],
  });
  const rows = [
    { ...rowOf(noted()), messages: 123 },
    { ...rowOf(failed), messages: 1 },
  ];
  const policy = { ...policyOf(noted()), np: undefined, isDkimStrict: true, isTesting: true };
  assert.equal(
    written(report({ rows, policy })).replace(/\n/g, ""),
    [
      '<?xml version="1.0" encoding="UTF-8"?><feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"><version>1.0</version>',
      "<report_metadata><org_name>Our &lt;Mail&gt; &amp; more</org_name><email>postmaster@ours.example</email>",
      "<report_id>3v98abbp8ya9n3va8yr8oa3ya</report_id>",
      "<date_range><begin>302832000</begin><end>302918399</end></date_range>",
      "<generator>AltMail</generator></report_metadata>",
      "<policy_published><domain>example.com</domain><discovery_method>treewalk</discovery_method>",
      "<p>quarantine</p><sp>none</sp><adkim>s</adkim><aspf>r</aspf><testing>y</testing></policy_published>",
      "<record><row><source_ip>192.0.2.123</source_ip><count>123</count>",
      "<policy_evaluated><disposition>pass</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>",
      "<identifiers><header_from>example.com</header_from><envelope_from>bounce.example</envelope_from></identifiers>",
      "<auth_results><dkim><domain>example.com</domain><selector>abc123</selector><result>pass</result></dkim>",
      "<spf><domain>bounce.example</domain><scope>mfrom</scope><result>fail</result></spf></auth_results></record>",
      "<record><row><source_ip>2001:db8::1</source_ip><count>1</count>",
      "<policy_evaluated><disposition>none</disposition><dkim>fail</dkim><spf>fail</spf>",
      "<reason><type>mailing_list</type><comment>a &lt;list&gt;</comment></reason>",
      "<reason><type>local_policy</type></reason></policy_evaluated></row>",
      "<identifiers><header_from>example.com</header_from><envelope_from></envelope_from></identifiers>",
      "<auth_results></auth_results></record></feedback>",
    ].join(""),
  );
  assert.ok(written(report()).includes("<np>reject</np>"));
});

test("nothing that a stranger wrote is markup, or a character that XML does not know", () => {
  const evil = `</selector><evil>\u0000${String.fromCharCode(0xd800)}\u{10ffff}&#65;`;
  const text = written(
    report({
      rows: [{ ...rowOf(noted()), dkim: [{ domain: "d.example", selector: evil, result: "fail" }], messages: 1 }],
    }),
  );
  assert.ok(text.includes("<selector>&lt;/selector&gt;&lt;evil&gt;??\u{10ffff}&amp;#65;</selector>"));
});

test("RFC 9990 section 3.1.3: of many signatures those are told of that help most", () => {
  const signature = (domain: string, result: NotedMessage["dkim"][number]["result"]) => ({
    domain,
    selector: "s",
    result,
  });
  const other = Array.from({ length: 9 }, (_one, n) => signature(`o${n}.example`, "pass"));
  const row = rowOf(
    noted({
      dkim: [
        signature("broken.example", "fail"),
        ...other,
        signature("mail.example.com", "pass"),
        signature("example.com", "pass"),
      ],
    }),
  );
  assert.deepEqual(
    row.dkim.slice(0, 3).map(({ domain }) => domain),
    ["example.com", "mail.example.com", "o0.example"],
  );
  assert.equal(row.dkim.length, 8);
});

test("messages that have the same in common make the same row, however their values came", () => {
  const { sourceAddress, ...rest } = noted();
  assert.equal(JSON.stringify(rowOf({ ...rest, sourceAddress })), JSON.stringify(rowOf(noted())));
  assert.notEqual(JSON.stringify(rowOf(noted({ disposition: "none" }))), JSON.stringify(rowOf(noted())));
  assert.ok(JSON.stringify(rowOf(noted({ headerFrom: "x".repeat(9999) }))).length < 1000);
});
