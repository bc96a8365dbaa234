import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { editedFields, encodeHeader } from "../syntax/message/header-edit.ts";
import { headerFields } from "../syntax/message/header-fields.ts";
import type { ScanSymbol, SpamVerdict, VirusVerdict } from "./scan-verdict.ts";
import { isClaim, spamFields, virusFields, withoutClaims } from "./spam-header.ts";

const MARKS = { junk: 6, refuse: 15 };
const rawOf = (verdict: SpamVerdict, marks: { junk: number; refuse: number | undefined } = MARKS): string =>
  spamFields(verdict, marks, "rspamd")
    .map(({ raw }) => raw)
    .join("");
const virusRaw = (verdict: VirusVerdict): string =>
  virusFields(verdict, "clamav")
    .map(({ raw }) => raw)
    .join("");

test("the fields say what a scanner found, in the form that mail programs know", () => {
  const symbols: ScanSymbol[] = [
    { name: "BAYES_SPAM", score: 5.1 },
    { name: "R_SPF_FAIL", score: 2 },
    { name: "GTUBE", score: undefined },
  ];
  assert.equal(
    rawOf({ kind: "spam", mark: "junk", score: 7.12, symbols }),
    "X-Spam-Status: Yes, score=7.1 required=6.0 refuse=15.0 scanner=rspamd\r\n" +
      " tests=BAYES_SPAM(5.1),R_SPF_FAIL(2.0),GTUBE\r\nX-Spam-Level: *******\r\n",
  );
  assert.equal(
    rawOf({ kind: "clean", score: -0.1, symbols: [] }, { junk: 6, refuse: undefined }),
    "X-Spam-Status: No, score=-0.1 required=6.0 scanner=rspamd tests=none\r\n",
  );
  assert.equal(rawOf({ kind: "clean", score: 999, symbols: [] }).split("*").length - 1, 50);
  assert.equal(
    rawOf({ kind: "unscanned", why: "too-large" }),
    "X-Spam-Status: Unscanned, why=too-large scanner=rspamd\r\n",
  );
  assert.equal(
    rawOf({ kind: "unavailable", why: "timeout" }),
    "X-Spam-Status: Unscanned, why=timeout scanner=rspamd\r\n",
  );
});

test("the field about viruses", () => {
  assert.equal(virusRaw({ kind: "clean" }), "X-Virus-Status: Clean, scanner=clamav\r\n");
  assert.equal(virusRaw({ kind: "virus", name: "A.B-1" }), "X-Virus-Status: Infected, name=A.B-1 scanner=clamav\r\n");
  assert.equal(
    virusRaw({ kind: "unscanned", why: "encrypted" }),
    "X-Virus-Status: Unscanned, why=encrypted scanner=clamav\r\n",
  );
  assert.equal(
    virusRaw({ kind: "unavailable", why: "closed" }),
    "X-Virus-Status: Unscanned, why=closed scanner=clamav\r\n",
  );
});

test("whatever a scanner says, the fields stay these fields, in lines that are short", () => {
  const text = fc.string({ maxLength: 100 });
  const symbol = fc.record({ name: text, score: fc.option(fc.oneof(fc.double(), fc.integer()), { nil: undefined }) });
  const numRuns = Number(process.env["ALTMAIL_FUZZ_RUNS"] ?? 300);
  fc.assert(
    fc.property(fc.array(symbol, { maxLength: 120 }), fc.double(), text, (symbols, score, name) => {
      const verdict: SpamVerdict = { kind: "clean", score, symbols };
      const fields = [
        ...spamFields(verdict, MARKS, name),
        ...spamFields({ kind: "spam", mark: "junk", score, symbols }, MARKS, name),
        ...virusFields({ kind: "virus", name }, name),
      ];
      const header = encodeHeader(fields);
      for (const line of Buffer.from(header).toString("latin1").split("\r\n")) {
        assert.ok(line.length <= 78, line);
        assert.match(line, /^[\x20-\x7e]*$/);
      }
      const read = headerFields(header);
      assert.deepEqual(
        read.map((field) => field.name),
        fields.map((field) => field.name),
      );
      assert.ok(read.every((field) => isClaim(field.name) && field.value !== ""));
    }),
    { numRuns },
  );
});

test("folding takes nothing away from the list of rules", () => {
  const symbols = Array.from({ length: 40 }, (_, n) => ({ name: `SOME_RULE_${n}`, score: n }));
  const [field] = spamFields({ kind: "clean", score: 0, symbols }, MARKS, "x");
  const expected = symbols.map(({ name, score }) => `${name}(${score}.0)`);
  assert.deepEqual(field?.value.replaceAll(" ", "").split("tests=")[1]?.split(","), expected);
});

test("forged fields go, in any case and form; what is not a scanner's stays, octet by octet", () => {
  const forged = [
    "X-Spam-Status: No, score=-100\r\n",
    "x-spam-flag: NO\r\n",
    "X-SPAM: no\r\n",
    "X-Spam-Level:\r\n folded\r\n",
    "X-Spamd-Result: default: False\r\n",
    "X-Rspamd-Server: mine\r\n",
    "X-Virus-Status : Clean\r\n",
    "X-Virus-Scanned: by me\r\n",
  ];
  const others = [
    "Subject: X-Spam-Status: No\r\n",
    "X-Spa: 1\r\n",
    "Received: from a\r\n\tX-Spam: x\r\n",
    "no field at all\r\n",
  ];
  const header = Buffer.from(`${others[0]}${forged.join("")}${others.slice(1).join("")}\r\n`, "latin1");
  const kept = withoutClaims(editedFields(header));
  assert.deepEqual(
    kept.map(({ raw }) => raw),
    others,
  );
  assert.deepEqual(encodeHeader(kept), new Uint8Array(Buffer.from(`${others.join("")}\r\n`)));
});
