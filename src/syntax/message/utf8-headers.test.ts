import assert from "node:assert/strict";
import { test } from "node:test";
import { hasUtf8Headers } from "./utf8-headers.ts";

const multipart = (...parts: readonly string[]): string =>
  ["Content-Type: multipart/mixed; boundary=b", "", ...parts.flatMap((part) => ["--b", part]), "--b--", ""].join("\n");
const named = "Content-Type: text/plain\nContent-Disposition: attachment; filename=übung.txt\n\nText";
const within = (type: string): string => multipart(`Content-Type: message/${type}\n\nSubject: Grüße\n\nText`);

for (const [what, text, expected] of [
  ["nothing", "Subject: hello\n\nText\n", false],
  ["the header", "Subject: Grüße\n\nText\n", true],
  ["a header without body", "Subject: Grüße", true],
  ["the body", "Subject: hello\n\nGrüße\n", false],
  ["the text of a part", multipart("\nGrüße", "Subject: x\n\nÜ"), false],
  ["what lies between parts", `${multipart("\nText")}Grüße: 1\n`, false],
  ["the header of a part", multipart("\nText", named), true],
  ["the header of a part's part", multipart(multipart(named).replaceAll("--b", "--c").replace("=b", "=c")), true],
  ["a message of RFC 6532 within", within("global"), true],
  ["a message of another kind within", within("rfc822"), false],
] as const)
  test(`RFC 6532 section 3.7: letters beyond ASCII in ${what}`, async () => {
    const octets = Buffer.from(text.replaceAll("\n", "\r\n"));
    for (const size of [1, 7, 1000])
      assert.equal(
        await hasUtf8Headers(async function* () {
          for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size);
        }),
        expected,
      );
  });
