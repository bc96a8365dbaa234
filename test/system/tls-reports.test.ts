/**
 * F5: domains that ask for it hear each day what TLS to their hosts came to (RFC 8460), by mail and over HTTPS, however
 * broken that TLS is; read as a stranger's program reads it. Between real processes, a real validating resolver and real
 * certificates; the days go by as a test moves the service's clock.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { DAY, HOUR, MINUTE } from "../../src/host/clock.ts";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { type Authorities, type HostCertificate, makeAuthorities } from "./world/certificates.ts";
import { ClockHand } from "./world/clock-hand.ts";
import { letterTo } from "./world/letter.ts";
import type { Taken } from "./world/mail-host.ts";
import { startReportCollector } from "./world/report-collector.ts";
import {
  failure,
  type Fields,
  idOf,
  noPolicy,
  reportOf,
  stsPolicy,
  sumsOf,
  tlsaPolicy,
} from "./world/tls-report-form.ts";
import { type MailedReport, readMailedReports } from "./world/tls-report-reader.ts";
import { until } from "./world/until.ts";
import { type Destination, HOST_NAME, World } from "./world/world.ts";

const COLLECTOR = "https://mx.collector.open.test/v1/tls-reports?of=us";
/** Beyond the first pause of a report, and of a destination. */
const FIRST_PAUSE_MS = 30 * MINUTE;

const atItself = (domain: string): string => `mailto:reports@${domain}`;

type Made = {
  readonly destinations: Readonly<Record<string, Destination>>;
  /** The certificate that most of them show, and one that none does. */
  readonly own: HostCertificate;
  readonly other: HostCertificate;
};

async function makeDestinations({ issue }: Authorities): Promise<Made> {
  const own = await issue(["any name"], "unknown");
  const other = await issue(["another"], "unknown");
  const right = (await issue(["mx.right.open.test"])).context;
  const expired = (await issue(["mx.expired.open.test"], "expired")).context;
  const destinations: Readonly<Record<string, Destination>> = {
    "right.signed.test": {
      manner: { tls: own.context, closes: true },
      dane: own.party,
      tlsReports: atItself("right.signed.test"),
    },
    "wrong.signed.test": { manner: { tls: own.context }, dane: other.party, tlsReports: atItself("wrong.signed.test") },
    "right.open.test": { manner: { tls: right, closes: true }, sts: "enforce", tlsReports: COLLECTOR },
    "expired.open.test": {
      manner: { tls: expired },
      sts: "enforce",
      tlsReports: `${atItself("expired.open.test")},${COLLECTOR}`,
    },
    "testing.open.test": {
      manner: { tls: own.context, closes: true },
      sts: "testing",
      tlsReports: atItself("testing.open.test"),
    },
    "moved.open.test": {
      records: "@ MX 10 mx.testing.open.test.",
      sts: "enforce",
      tlsReports: atItself("moved.open.test"),
    },
    "plain.open.test": {
      manner: {
        closes: true,
        rcpt: (line, nth) => (line.includes("<reports@") && nth === 1 ? "451 4.3.0 Later" : "250 2.1.5 ok"),
      },
      tlsReports: atItself("plain.open.test"),
    },
    // Asks for no reports.
    "mute.open.test": { manner: { tls: own.context } },
    "collector.open.test": {},
  };
  return { destinations, own, other };
}

const isReport = ({ rcpts }: Taken): boolean => rcpts.some((line) => line.includes("<reports@"));

test("F5: reports on TLS leave for who asks, by mail and HTTPS, and say what there was", async (context: TestContext) => {
  if (!need(context, ...DNS_PROGRAMS, "faketime", "python3")) return;
  if (process.getuid?.() !== 0) {
    context.skip("policies and reports are served on port 443, which needs root");
    return;
  }
  using clock = new ClockHand();
  // Far from a midnight: all that goes now is of one day.
  clock.forward(DAY + 12 * HOUR - (clock.now() % DAY));
  const { under } = clock;
  const authorities = await makeAuthorities();
  const { destinations, own, other } = await makeDestinations(authorities);
  const ownRecords = "mail A 127.0.0.1";
  await using world = await World.start({ destinations, authorities, under, ownRecords });
  const stranger = await authorities.issue(["nobody"], "unknown");
  await using collector = await startReportCollector(world.addressOf("collector.open.test"), stranger, [503, 503, 201]);
  const view = await world.view();

  /** Stopped, so that all is written down, and started when that time has come. */
  const sleepUntil = async (time: number): Promise<void> => {
    await world.lab.stop();
    clock.forward(time - clock.now());
    await world.serve({ under });
  };
  const day = Math.floor(clock.now() / DAY) * DAY;
  const reportsTo = (domain: string, at = domain): readonly Taken[] =>
    world.host(at).taken.filter(({ rcpts }) => rcpts.some((line) => line.includes(`<reports@${domain}>`)));
  const read = async (domain: string, count: number, at = domain): Promise<MailedReport> => {
    const taken = await until(`${domain} has its report`, () => {
      const found = reportsTo(domain, at);
      return found.length >= count && found;
    });
    assert.equal(taken.length, count);
    const text = taken.at(-1)?.text ?? "";
    const [report] = await readMailedReports([text], await view.dkimRecords(), clock.now());
    return report ?? assert.fail();
  };
  /** Connections of a host but those that brought it a report. */
  const sessionsOf = (domain: string): number => {
    const { sessions, taken } = world.host(domain);
    const ofReports = new Set(taken.filter(isReport).map(({ session }) => session));
    return sessions.filter((session) => !ofReports.has(session)).length;
  };

  using client = await world.submit();
  const domains = Object.keys(destinations).filter((domain) => domain !== "collector.open.test");
  for (const domain of domains) await client.send(letterTo([`b@${domain}`], "first"));
  const arrive = ["right.signed.test", "right.open.test", "testing.open.test", "plain.open.test", "mute.open.test"];
  const stay = domains.filter((domain) => !arrive.includes(domain));
  for (const domain of arrive) {
    await until(`${domain} has the first`, () => world.host(domain).taken.length === 1);
    await client.send(letterTo([`b@${domain}`], "second"));
    await until(`${domain} has the second`, () => world.host(domain).taken.length === 2);
  }
  for (const domain of stay) await until(`${domain} was tried`, () => view.lastReply(`b@${domain}`));
  const counted = new Map([...world.hosts.keys()].map((domain) => [domain, sessionsOf(domain)]));
  await sleepUntil(day + DAY + 5 * HOUR);

  const seen = (domain: string): number => counted.get(domain) ?? 0;
  const at = (domain: string): Parameters<typeof failure>[0] => ({ domain, address: world.addressOf(domain) });

  await context.test("form and signatures are those that RFC 8460 section 5.3 asks for", async () => {
    const { header, types, reportType, defects, signatures, ...mailed } = await read("expired.open.test", 1);
    const id = idOf(mailed.report);
    const unique = /^\d{4}-\d{2}-\d{2}\.([0-9a-f]{32})@/.exec(id)?.[1] ?? "";
    assert.ok(id.endsWith(`@${HOST_NAME}`));
    const span = `${day / 1000}!${day / 1000 + 86_399}`;
    assert.equal(mailed.fileName, `${DOMAIN}!expired.open.test!${span}!${unique}.json.gz`);
    assert.equal(header["from"], `postmaster@${DOMAIN}`);
    assert.equal(header["to"], "reports@expired.open.test");
    assert.equal(header["subject"], `Report Domain: expired.open.test Submitter: ${DOMAIN} Report-ID: <${id}>`);
    assert.equal(header["tls-report-domain"], "expired.open.test");
    assert.equal(header["tls-report-submitter"], DOMAIN);
    assert.equal(header["auto-submitted"], "auto-generated");
    assert.deepEqual([defects, reportType], [[], "tlsrpt"]);
    assert.deepEqual(types, ["multipart/report", "text/plain", "application/tlsrpt+gzip"]);
    assert.equal(signatures.length, 2);
    for (const { tags, holds } of signatures) {
      assert.ok(holds);
      assert.deepEqual([tags["d"], tags["l"]], [DOMAIN, undefined]);
      const signed = tags["h"]?.split(":") ?? [];
      for (const name of ["from", "subject", "tls-report-domain", "tls-report-submitter"])
        assert.ok(signed.includes(name), name);
    }
  });

  await context.test("what each of them says is what its hosts saw", async () => {
    const testing = "testing.open.test";
    const hasFailed = (domain: string, policy: Fields, result: string, reason: string): Fields =>
      sumsOf(policy, 0, seen(domain), failure(at(domain), result, seen(domain), reason));
    const notNamed = {
      "result-type": "validation-failure",
      "receiving-mx-hostname": `mx.${testing}`,
      "failed-session-count": 1,
      "failure-reason-code": "mx-not-in-sts-policy",
    };
    const expected: Readonly<Record<string, Fields>> = {
      "right.signed.test": sumsOf(await tlsaPolicy("right.signed.test", own), seen("right.signed.test"), 0),
      "wrong.signed.test": hasFailed(
        "wrong.signed.test",
        await tlsaPolicy("wrong.signed.test", other),
        "validation-failure",
        "the TLSA records do not allow the certificate",
      ),
      "expired.open.test": hasFailed(
        "expired.open.test",
        stsPolicy("expired.open.test", "enforce"),
        "certificate-expired",
        "CERT_HAS_EXPIRED",
      ),
      [testing]: hasFailed(
        testing,
        stsPolicy(testing, "testing"),
        "certificate-not-trusted",
        "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      ),
      // No connection is made to a host that the policy does not name.
      "moved.open.test": sumsOf(stsPolicy("moved.open.test", "enforce"), 0, 1, notNamed),
    };
    for (const [domain, policy] of Object.entries(expected)) {
      const { report, signatures } = await read(domain, 1, domain === "moved.open.test" ? testing : domain);
      assert.deepEqual(report, reportOf(day, idOf(report), [policy]));
      assert.ok(signatures.length === 2 && signatures.every(({ holds }) => holds), domain);
    }
    for (const domain of ["right.signed.test", testing]) assert.equal(seen(domain), 2, domain);
  });

  await context.test("reports arrive where other mail waits for better TLS; who asks for none gets none", () => {
    for (const domain of ["expired.open.test", "wrong.signed.test"]) {
      assert.deepEqual(world.host(domain).taken.map(isReport), [true]);
      assert.equal(world.host(domain).taken[0]?.secure, true);
    }
    assert.deepEqual(world.host("mute.open.test").taken.map(isReport), [false, false]);
  });

  await context.test("what could not be given comes again, and nothing comes twice", async () => {
    await until("both were posted", () => collector.posted.length === 2);
    const listed = await until("the queue has what was put off", async () => {
      const { stdout } = await world.lab.commandBeside("queue", "list");
      return stdout.includes("451 4.3.0 Later") && stdout;
    });
    assert.match(listed, / tlsrpt:plain\.open\.test /);
    await sleepUntil(clock.now() + FIRST_PAUSE_MS);
    await until("both were taken", () => collector.posted.filter(({ code }) => code === 201).length === 2);
    const { report } = await read("plain.open.test", 1);
    const count = seen("plain.open.test");
    const plain = failure(at("plain.open.test"), "starttls-not-supported", count);
    assert.deepEqual(report, reportOf(day, idOf(report), [sumsOf(noPolicy("plain.open.test"), 0, count, plain)]));
    assert.equal(reportsTo("plain.open.test")[0]?.secure, false);
  });

  await context.test("over HTTPS the same file comes, by a POST that says what it is", async () => {
    const mailed = await read("expired.open.test", 1);
    const taken = collector.posted.filter(({ code }) => code === 201);
    const [posted, ...more] = taken.filter(({ body }) => Buffer.from(body).toString("base64") !== mailed.file);
    assert.ok(posted !== undefined && more.length === 0);
    const report: unknown = JSON.parse(gunzipSync(posted.body).toString());
    const policy = stsPolicy("right.open.test", "enforce");
    assert.deepEqual(report, reportOf(day, idOf(report), [sumsOf(policy, seen("right.open.test"), 0)]));
    for (const { method, url, headers } of collector.posted) {
      assert.deepEqual([method, url], ["POST", "/v1/tls-reports?of=us"]);
      assert.equal(headers["host"], "mx.collector.open.test");
      assert.equal(headers["content-type"], "application/tlsrpt+gzip");
      assert.equal(headers["user-agent"], undefined);
    }
    assert.equal(new Set(collector.posted.map(({ body }) => Buffer.from(body).toString("base64"))).size, 2);
  });

  await context.test("the next day's report counts what was tried again, and not what brought the report", async () => {
    await world.lab.stop();
    const sessions = sessionsOf("expired.open.test") - seen("expired.open.test");
    assert.ok(sessions > 0);
    await sleepUntil(day + 2 * DAY + 5 * HOUR);
    const { report } = await read("expired.open.test", 2);
    const again = failure(at("expired.open.test"), "certificate-expired", sessions, "CERT_HAS_EXPIRED");
    const policy = stsPolicy("expired.open.test", "enforce");
    assert.deepEqual(report, reportOf(day + DAY, idOf(report), [sumsOf(policy, 0, sessions, again)]));
    assert.equal(reportsTo("right.signed.test").length, 1, "who got nothing but a report gets no other");
  });
});
