/**
 * F2: mail to hosts whose TLS is right, wrong, or not there, under every policy that a domain can publish. What a policy
 * forbids is not sent, and waits with the reason, unless it says that TLS is not required; what nothing forbids goes, encrypted
 * wherever that can be had.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DNS_PROGRAMS } from "./dns/name-servers.ts";
import { DOMAIN } from "./lab.ts";
import { need } from "./program.ts";
import { makeAuthorities } from "./world/certificates.ts";
import { Inbox } from "./world/inbox.ts";
import { letterTo } from "./world/letter.ts";
import type { Manner } from "./world/mail-host.ts";
import { readStatusReports } from "./world/status-reports.ts";
import { until } from "./world/until.ts";
import { type Destination, HOST_NAME, World } from "./world/world.ts";

type End =
  /** It arrived; what the record says of TLS. */
  | { readonly kind: "arrives"; readonly tls: RegExp | undefined }
  /** Nothing was sent; the word on it. Mail that says TLS is not required goes all the same; what its record says of TLS. */
  | { readonly kind: "waits"; readonly words: RegExp; readonly anyway: RegExp | undefined }
  | { readonly kind: "returns"; readonly status: string };
type Case = Destination & { readonly end: End; readonly requireTls?: true };

const arrives = (tls: RegExp | undefined): End => ({ kind: "arrives", tls });
const waits = (words: RegExp, anyway?: RegExp): End => ({ kind: "waits", words, anyway });
const returns = (status: string): End => ({ kind: "returns", status });

const UNVERIFIED = /^TLSv1\.3 \S+$/;
const BY_AUTHORITY = /^TLSv1\.3 \S+, certificate verified by an authority$/;
const BY_DANE = /^TLSv1\.3 \S+, certificate verified by DANE$/;

async function casesOf(
  authorities: Awaited<ReturnType<typeof makeAuthorities>>,
): Promise<Readonly<Record<string, Case>>> {
  const { issue } = authorities;
  const right = async (domain: string): Promise<Manner> => ({ tls: (await issue([`mx.${domain}`])).context });
  const expired = async (domain: string): Promise<Manner> => ({
    tls: (await issue([`mx.${domain}`], "expired")).context,
  });
  const unknown: Manner = { tls: (await issue(["*.open.test", "*.bad.open.test"], "unknown")).context };
  const elsewhere: Manner = { tls: (await issue(["mx.elsewhere.test"])).context };
  const [own, other] = [await issue(["any name"], "unknown"), await issue(["another"], "unknown")];
  const safe = { ...(await right("safe.open.test")), offers: ["REQUIRETLS"] };
  return {
    "plain.open.test": { manner: {}, end: arrives(undefined) },
    "right.open.test": { manner: await right("right.open.test"), end: arrives(BY_AUTHORITY) },
    "expired.open.test": { manner: await expired("expired.open.test"), end: arrives(UNVERIFIED) },
    "elsewhere.open.test": { manner: elsewhere, end: arrives(UNVERIFIED) },
    "unknown.open.test": { manner: unknown, end: arrives(UNVERIFIED) },
    "broken.open.test": { manner: { breaksHandshake: true }, end: arrives(undefined) },

    "right.sts.open.test": {
      manner: await right("right.sts.open.test"),
      sts: "enforce",
      end: arrives(BY_AUTHORITY),
    },
    "expired.sts.open.test": {
      manner: await expired("expired.sts.open.test"),
      sts: "enforce",
      end: waits(/4\.7\.5 .*\(certificate-expired\)/, UNVERIFIED),
    },
    "elsewhere.sts.open.test": {
      manner: elsewhere,
      sts: "enforce",
      end: waits(/4\.7\.5 .*\(certificate-host-mismatch\)/, UNVERIFIED),
    },
    "unknown.sts.open.test": {
      manner: unknown,
      sts: "enforce",
      end: waits(/4\.7\.5 .*\(certificate-not-trusted\)/, UNVERIFIED),
    },
    "plain.sts.open.test": { manner: {}, sts: "enforce", end: waits(/4\.7\.\d+ .*TLS/) },
    "broken.sts.open.test": { manner: { breaksHandshake: true }, sts: "enforce", end: waits(/4\.7\.5 .*handshake/) },
    "moved.sts.open.test": {
      manner: elsewhere,
      records: "@ MX 10 mx.plain.open.test.",
      sts: "enforce",
      end: waits(/4\.7\.5 .*MTA-STS/),
    },
    "expired.testing.open.test": {
      manner: await expired("expired.testing.open.test"),
      sts: "testing",
      end: arrives(UNVERIFIED),
    },
    "plain.testing.open.test": { manner: {}, sts: "testing", end: arrives(undefined) },

    "right.signed.test": { manner: { tls: own.context }, dane: own.party, end: arrives(BY_DANE) },
    "wrong.signed.test": {
      manner: { tls: own.context },
      dane: other.party,
      end: waits(/4\.7\.5 .*validation-failure/, UNVERIFIED),
    },
    "plain.signed.test": { manner: {}, dane: own.party, end: waits(/4\.7\.\d+ .*TLS/) },
    "none.signed.test": { manner: { tls: own.context }, end: arrives(UNVERIFIED) },
    // Where nothing is signed a TLSA record says nothing.
    "record.open.test": { manner: { tls: own.context }, dane: other.party, end: arrives(UNVERIFIED) },

    "safe.open.test": { manner: safe, sts: "enforce", requireTls: true, end: arrives(BY_AUTHORITY) },
    "deaf.open.test": {
      manner: await right("deaf.open.test"),
      sts: "enforce",
      requireTls: true,
      end: returns("5.7.30"),
    },
    "unsure.open.test": {
      manner: { ...(await right("unsure.open.test")), offers: ["REQUIRETLS"] },
      requireTls: true,
      end: returns("5.7.10"),
    },
  };
}

test("F2: mail to hosts with TLS of every kind, under MTA-STS, DANE and REQUIRETLS", async (context) => {
  if (!need(context, ...DNS_PROGRAMS, "python3")) return;
  if (process.getuid?.() !== 0) {
    context.skip("policies are served on port 443, which needs root");
    return;
  }
  const authorities = await makeAuthorities();
  const cases = await casesOf(authorities);
  await using world = await World.start({ destinations: cases, authorities });
  using client = await world.submit();
  for (const [domain, { requireTls }] of Object.entries(cases))
    await client.send(letterTo([`b@${domain}`], domain, requireTls === undefined ? {} : { parameters: "REQUIRETLS" }));
  const view = await world.view();
  using inbox = await Inbox.open(world.lab.imapPort, `u1@${DOMAIN}`);

  for (const [domain, { end, requireTls }] of Object.entries(cases))
    await context.test(`${domain} ${end.kind}`, async () => {
      const address = `b@${domain}`;
      const host = world.host(domain);
      if (end.kind === "waits") {
        const reply = await until(`${address} was tried`, () => view.lastReply(address));
        assert.match(`${reply.enhanced} ${reply.words}`, end.words);
        assert.deepEqual(host.taken, []);
        assert.ok(!host.sessions.some(({ commands }) => commands.some((line) => /^(?:MAIL|RCPT)/.test(line))));
        return;
      }
      const record = await until(`${address} is done`, async () =>
        (await view.records(`u1@${DOMAIN}`)).find(({ recipient }) => recipient === address),
      );
      if (end.kind === "returns") {
        assert.deepEqual([record.end, record.reply.enhanced], ["failed", end.status]);
        assert.deepEqual(host.taken, []);
        const [report] = await readStatusReports(await inbox.arrived(`Final-Recipient: rfc822; ${address}`));
        assert.equal(report?.recipients[0]?.["status"], end.status);
        return;
      }
      assert.equal(record.end, "delivered", JSON.stringify(record.reply));
      assert.equal(host.taken.length, 1);
      const [taken] = host.taken;
      assert.equal(taken?.ehlo, HOST_NAME);
      assert.match(taken?.text ?? "", new RegExp(`^Subject: ${domain}\r$`, "m"));
      assert.equal(taken?.secure, end.tls !== undefined);
      if (end.tls === undefined) assert.equal(record.reply.tls, undefined);
      else {
        assert.match(record.reply.tls ?? "", end.tls);
        assert.equal(taken?.session.serverName, `mx.${domain}`);
      }
      assert.equal(/ REQUIRETLS\b/.test(taken?.mail ?? ""), requireTls === true);
    });

  await context.test("nothing came twice, and nothing is left but what waits", async () => {
    const waiting = Object.entries(cases).filter(([, { end }]) => end.kind === "waits");
    assert.equal((await view.items()).length, waiting.length);
    for (const { taken } of world.hosts.values()) assert.ok(taken.length <= 1);
  });

  await context.test(
    "RFC 8689: what says TLS-Required: No goes at once to each of those that a policy kept",
    async () => {
      const waiting = Object.entries(cases).flatMap(([domain, { end }]) =>
        end.kind === "waits" ? [{ domain, end }] : [],
      );
      for (const { domain } of waiting) {
        const letter = letterTo([`postmaster@${domain}`], `to ${domain}`);
        await client.send({ ...letter, text: `TLS-Required: No\r\n${letter.text}` });
      }
      for (const { domain, end } of waiting) {
        const record = await until(`postmaster@${domain} is done`, async () =>
          (await view.records(`u1@${DOMAIN}`)).find(({ recipient }) => recipient === `postmaster@${domain}`),
        );
        assert.equal(record.end, "delivered", `${domain} ${JSON.stringify(record.reply)}`);
        if (end.anyway === undefined) assert.equal(record.reply.tls, undefined, domain);
        else assert.match(record.reply.tls ?? "", end.anyway, domain);
        const host = world.host(domain === "moved.sts.open.test" ? "plain.open.test" : domain);
        const taken = host.taken.filter(({ text }) => text.includes(`\r\nSubject: to ${domain}\r\n`));
        assert.equal(taken.length, 1, domain);
        assert.match(taken[0]?.text ?? "", /^TLS-Required: No\r$/m);
      }
      assert.equal((await view.items()).length, waiting.length, "and the others wait on");
    },
  );
});
