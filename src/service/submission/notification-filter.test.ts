import assert from "node:assert/strict";
import { test } from "node:test";
import { type Alias, NotificationFilter } from "./notification-filter.ts";

const TYPE = 'multipart/report; report-type=disposition-notification; boundary="a b"';

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

function filtered(text: string, cuts: readonly number[], type: string = TYPE, alias?: Alias): string {
  const filter = new NotificationFilter(type, alias);
  const octets = Buffer.from(crlf(text), "latin1");
  const places = [0, ...cuts, octets.length];
  const out: Uint8Array[] = [];
  for (let n = 1; n < places.length; n++) {
    const piece = Buffer.from(octets.subarray(places[n - 1], places[n]));
    out.push(Buffer.from(filter.write(piece)));
    piece.fill(0);
  }
  return Buffer.concat([...out, filter.end()]).toString("latin1");
}

const before = `Reporting-UA: written by a person
--a b

Reporting-UA: likewise
--a b \t
Content-Type:
 message/disposition-notification; charset=us-ascii

`;
const agent = `REPORTING-ua : annas-laptop.lan; Thunderbird
\t115 (X11)
`;
const behind = `Final-Recipient: rfc822;pen@example.test
Disposition: manual-action/MDN-sent-manually; displayed
`;
const original = `--a b
Content-Type: message/rfc822

Content-Type: message/disposition-notification

Reporting-UA: of somebody else
--a b--
Reporting-UA: behind it all`;

test("A6: a notification names no software: its field goes with its folded lines, wherever the text is cut", () => {
  const text = before + agent + behind + original;
  const wanted = crlf(before + behind + original);
  for (let cut = 0; cut <= text.length; cut++) assert.equal(filtered(text, [cut]), wanted, `cut at ${cut}`);
  assert.equal(
    filtered(
      text,
      Array.from({ length: text.length }, (_, n) => n),
    ),
    wanted,
  );
  assert.equal(filtered(before + behind + agent.trimEnd(), []), crlf(before + behind), "at the very end");
});

test("what is no notification passes octet for octet, also lines without end and octets of any kind", () => {
  const other = before.replace("disposition-notification", "disposition-notifications") + agent;
  assert.equal(filtered(other, []), crlf(other));
  const long = `--a b\n${"x".repeat(9000)}\xff\0\n\n${agent}`;
  assert.equal(filtered(long, [3, 4000, 8000]), crlf(long));
  assert.equal(filtered(before + agent, [], "multipart/report"), crlf(before + agent), "nobody can tell its parts");
});

test("A6: where an alias writes, a notification names it in place of the primary address, wherever the text is cut", () => {
  const alias: Alias = { address: "pen@example.test", isPrimary: (text) => text.includes("anna@example.test") };
  const fields = (own: string): string =>
    `Original-recipient : RFC822;\n ${own}\nFinal-Recipient: rfc822; ${own}\nX-Box: ${own}\nError: none\n  such\n\nX-List: rfc822;list@example.test\n`;
  const text = before + agent + fields("anna@example.test") + original;
  const wanted = crlf(
    `${before}Original-Recipient: rfc822;pen@example.test\nFinal-Recipient: rfc822;pen@example.test\nError: none\n  such\n\nX-List: rfc822;list@example.test\n${original}`,
  );
  for (let cut = 0; cut <= text.length; cut++)
    assert.equal(filtered(text, [cut], TYPE, alias), wanted, `cut at ${cut}`);
  const others = before + fields("pen@example.test") + original;
  assert.equal(filtered(others, [], TYPE, alias), crlf(others));
  assert.equal(filtered(before + fields("anna@example.test"), []), crlf(before + fields("anna@example.test")));
});

test("a notification that is encoded, or whose fields have no end, is not to be read in passing", () => {
  const isUnreadable = (text: string): boolean => {
    const filter = new NotificationFilter(TYPE, undefined);
    const octets = Buffer.from(crlf(text), "latin1");
    for (let at = 0; at < octets.length; at += 1000) filter.write(octets.subarray(at, at + 1000));
    filter.end();
    return filter.isUnreadable;
  };
  const encoded = (encoding: string): string =>
    `--a b\nContent-Transfer-Encoding: ${encoding}\nContent-Type: message/disposition-notification\n\nQQ==\n--a b--\n`;
  for (const encoding of ["base64", "BASE64 ", "\n quoted-printable", "x-uuencode", "(base) 64"])
    assert.ok(isUnreadable(encoded(encoding)), encoding);
  for (const encoding of ["7bit", " 8BIT", "\n binary"]) assert.ok(!isUnreadable(encoded(encoding)), encoding);
  assert.ok(!isUnreadable(encoded("base64").replace("message/disposition-notification", "text/plain")));
  assert.ok(!isUnreadable(before + agent + behind + original));
  assert.ok(isUnreadable(`${before}X: ${"x".repeat(5000)}`));
  assert.ok(isUnreadable(`${before}X: a\n${" folded\n".repeat(600)}`));
  assert.ok(!isUnreadable(`${before}${"X: a field\n".repeat(600)}`));
  // A line of one octet costs as much as one of a hundred: 10 MB of them took a minute.
  for (const many of [`${before}${"\n".repeat(20_000)}`, "--a b\n".repeat(3000), "--\n".repeat(6000)])
    assert.equal(isUnreadable(many), !many.startsWith("--\n"));
  assert.ok(!isUnreadable("x".repeat(100_000) + "\n".repeat(100_000)), "elsewhere no line is read");
});
