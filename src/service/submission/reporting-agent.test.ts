import assert from "node:assert/strict";
import { test } from "node:test";
import { ReportingAgentFilter } from "./reporting-agent.ts";

const TYPE = 'multipart/report; report-type=disposition-notification; boundary="a b"';

const crlf = (text: string): string => text.replaceAll("\n", "\r\n");

function filtered(text: string, cuts: readonly number[], type: string = TYPE): string {
  const filter = new ReportingAgentFilter(type);
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
