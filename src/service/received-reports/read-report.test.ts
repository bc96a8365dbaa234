/** Reports as the world sends them, the public vectors among them, and what hostile senders might. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { deflateRawSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { corpusFile, corpusFiles, needsCorpora } from "../../syntax/message/testdata.test.ts";
import { formatOf } from "../../syntax/message/report-attachments.ts";
import { readAttachment, readReport, reportLimits } from "./read-report.ts";
import { zipped } from "./zip.fixture.ts";

/**
 * By name of the file: who reports, on what, and the sums. `none` is no daily report. We deviate from parsedmarc, whose
 * vectors these are, in one: "report_with_upper_cased_pass.xml" is invalid there, and its meaning is clear.
 */
const VECTORS: Readonly<Record<string, string>> = {
  "!example.com!1538204542!1538463818.xml": " example.com: dkim=fail spf=fail none 1",
  "!large-example.com!1711897200!1711983600.xml": " example.com: dkim=fail spf=fail none 2286",
  "Report domain- borschow.com Submitter- google.com Report-ID- 949348866075514174.eml":
    "google.com borschow.com: dkim=fail spf=fail reject 1",
  "addisonfoods.com!example.com!1536105600!1536191999.xml": "addisonfoods.com example.com: dkim=fail spf=fail none 1",
  "empty_reason.xml": "example.org example.com: dkim=pass spf=fail none 2",
  "estadocuenta1.infonacot.gob.mx!example.com!1536853302!1536939702!2940.xml.zip":
    "XYZ Corporation example.com: dkim=fail spf=fail none 1",
  "example.net!example.com!1529366400!1529452799.xml": "example.net example.com: dkim=fail spf=fail none 1",
  "fastmail.com!example.com!1516060800!1516147199!102675056.xml.gz":
    "FastMail Pty Ltd indemed.com: dkim=fail spf=fail none 1",
  "ikea.com!example.de!1538690400!1538776800.xml": "ikea.com example.de: dkim=fail spf=fail none 1",
  "invalid_utf_8.xml": " example.com: dkim=fail spf=fail none 1",
  "invalid_xml.xml": "veeam.com example.com: dkim=fail spf=fail none 1",
  "mimecast-weird-gzip.eml": "Mimecast ab.id.au: dkim=pass spf=pass none 1",
  "old_draft_from_wiki.xml": "acme.com example.com: dkim=fail spf=pass none 2",
  "protection.outlook.com!example.com!1711756800!1711843200.xml": "Outlook.com example.com: dkim=fail spf=fail none 1",
  "rfc9990-example.net!example.com!1700000000!1700086399.xml":
    "example.net example.com: dkim=fail spf=fail reject 2, example.com: dkim=pass spf=pass none 5",
  "rfc9990-sample.xml": "Sample Reporter example.com: dkim=pass spf=fail pass 123",
  "twilight.eml": "google.com twlnet.com: dkim=pass spf=pass none 1",
  "usssa.com!example.com!1538784000!1538870399.xml": "usssa.com example.com: dkim=fail spf=fail none 2",
  "veeam.com!example.com!1530133200!1530219600.xml": "veeam.com example.com: dkim=fail spf=fail none 1",
  "report_with_upper_cased_pass.xml": "example.com example.com: dkim=pass spf=pass none 1",
  "empty.xml": "none",
  ...Object.fromEntries(
    [
      ["fred.com", "changed-input.xml"],
      ["google.com", "nice-input.xml"],
      ["google.com", "nice-input.xml.gz"],
      ["google.com", "nice-input.xml.zip"],
    ].map(([organisation, name]) => [
      name,
      `${organisation} example.com: dkim=fail spf=pass none 1, example.com: dkim=pass spf=fail none 410, example.com: dkim=pass spf=pass none 2636`,
    ]),
  ),
  "DMARC Failure Report for domain.de (mail-from=sharepoint@domain.de, ip=10.10.10.10).eml": "none",
  "[Netease DMARC Failure Report] Rent Reminder.eml": "none",
  "dmarc_ruf_report_linkedin.crlf.eml": "none",
  "dmarc_ruf_report_linkedin.eml": "none",
  "exim_plain_text_only_no_arf_part.eml": "none",
  "google.com_smtp_tls_report.eml": "Google Inc. cardinalhealth.ca: no-policy-found success 48",
  "mail.ru.json": "Mail.ru example.com: sts sts-policy-fetch-error 2",
  "rfc8460.json":
    "Company-X company-y.example: sts certificate-expired 100, company-y.example: sts starttls-not-supported 200, company-y.example: sts success 5326, company-y.example: sts validation-failure 3",
  "smtp_tls.json": "Example Inc. example.com: sts validation-failure 3",
};

const nobody = (): boolean => false;

async function readFile(octets: Uint8Array, limits = reportLimits): ReturnType<typeof readReport> {
  const kind = formatOf(octets);
  return kind === undefined ? undefined : readAttachment({ kind, octets }, nobody, limits);
}

const told = (report: Awaited<ReturnType<typeof readReport>>): string =>
  report === undefined
    ? "none"
    : `${report.organisation} ${report.results
        .map(({ domain, result, count }) => `${domain}: ${result.replace(/^others /, "")} ${count}`)
        .join(", ")}`;

test("F5: every public vector is read as it is meant", needsCorpora, async () => {
  const found: Record<string, string> = {};
  for (const path of corpusFiles("reports-parsedmarc", [".eml", ".xml", ".gz", ".zip", ".json"])) {
    const octets = corpusFile(path);
    found[basename(path)] = told(path.endsWith(".eml") ? await readReport(octets, nobody) : await readFile(octets));
  }
  assert.deepEqual(found, { ...VECTORS });
});

const feedback = (inner = ""): string =>
  `<feedback><report_metadata><date_range><begin>0</begin><end>1</end></date_range></report_metadata><policy_published><domain>a.example</domain></policy_published>${inner}<record><row><count>1</count></row></record></feedback>`;
const mail = (type: string, content: Uint8Array | string): Uint8Array =>
  Buffer.from(
    `Content-Type: ${type}\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(content).toString("base64")}\r\n`,
  );

test("a report in a mail, packed or not", async () => {
  const xml = Buffer.from(feedback());
  for (const packed of [
    xml,
    gzipSync(xml),
    zipped([{ name: "a.xml", content: xml }]),
    zipped([{ name: "a", content: xml, isStored: true }]),
  ])
    assert.match(told(await readReport(mail("application/octet-stream", packed), nobody)), /a\.example: .* 1$/);
});

test("RFC 9990 section 8.1: what grows beyond the bounds when it is unpacked is not read", async () => {
  const limits = { ...reportLimits, maxXmlBytes: 100_000, maxJsonBytes: 1000 };
  const bomb = Buffer.alloc(100_000_000, 32);
  bomb.write("<feedback>");
  const zip = zipped([{ name: "a.xml", content: bomb }]);
  const gz = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]), deflateRawSync(bomb)]);
  const before = process.memoryUsage.rss();
  assert.equal(await readFile(gz, limits), undefined);
  assert.equal(await readFile(zip, limits), undefined);
  assert.ok(process.memoryUsage.rss() - before < 50_000_000);
  const large = feedback(" ".repeat(100_000));
  assert.equal(await readFile(Buffer.from(large), limits), undefined);
  assert.notEqual(await readFile(Buffer.from(large)), undefined);
  const json = JSON.stringify({
    "date-range": { "start-datetime": "2026-06-01T00:00:00Z", "end-datetime": "2026-06-01T23:59:59Z" },
    policies: [],
  });
  assert.notEqual(await readFile(Buffer.from(json), limits), undefined);
  assert.equal(await readFile(Buffer.from(json + " ".repeat(1000)), limits), undefined);
});

test("entities, depth and broken archives give no report", async () => {
  const laughs = `<!DOCTYPE x [<!ENTITY a "${"ha".repeat(99)}">]>${feedback("&a;".repeat(99))}`;
  const deep = feedback("<x>".repeat(100_000));
  const gz = gzipSync(feedback());
  const zip = zipped([{ name: "a.xml", content: Buffer.from(feedback()) }]);
  const changed = Buffer.from(zip);
  changed.writeUInt8(changed.readUInt8(40) ^ 0xff, 40);
  for (const wrong of [
    Buffer.from(laughs),
    Buffer.from(deep),
    gz.subarray(0, -20),
    zip.subarray(0, -9),
    changed,
    gzipSync(gz),
    gzipSync(zip),
  ])
    assert.equal(await readFile(wrong), undefined);
});

test("any change of any octet gives a report or none", async () => {
  const xml = Buffer.from(feedback());
  const whole = [gzipSync(xml), zipped([{ name: "a.xml", content: xml }]), xml];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...whole), fc.nat(), fc.nat(255), async (packed, at, octet) => {
      const changed = Buffer.from(packed);
      changed[at % changed.length] = octet;
      const report = await readFile(changed);
      assert.ok(report === undefined || report.kind === "dmarc");
    }),
  );
});

test("mail that is too large is not read, nor mail without a report", async () => {
  const report = mail("text/xml", feedback());
  assert.equal(await readReport(report, nobody, { ...reportLimits, maxMessageBytes: report.length - 1 }), undefined);
  assert.equal(await readReport(new Uint8Array(), nobody), undefined);
  assert.equal(await readReport(mail("text/xml", "<html></html>"), nobody), undefined);
});

test("the loop is given to others while a long report is read", async () => {
  const long = Buffer.from(feedback("<a/>".repeat(50_000)));
  let turns = 0;
  let isOver = false;
  const others = (): void => {
    turns++;
    if (!isOver) setImmediate(others);
  };
  setImmediate(others);
  assert.notEqual(await readFile(long), undefined);
  isOver = true;
  assert.ok(turns >= 40, `${turns} turns`);
});
