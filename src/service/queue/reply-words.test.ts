import assert from "node:assert/strict";
import { test } from "node:test";
import { reply } from "../../store/contract/outbound-samples.ts";
import { replyWords, transcriptOf } from "./reply-words.ts";

test("a reply is shown with the codes that were said, to people once, to programs as they came", () => {
  for (const [given, words, transcript] of [
    [reply(550, "no", { enhanced: "5.1.1" }), "550 5.1.1 no", "550 5.1.1 no"],
    [reply(550, "no", { said: "no" }), "550 no", "550 no"],
    [reply(550, "", { said: "" }), "550", "550"],
    [
      reply(550, "a b", { enhanced: "5.1.1", said: "5.1.1 a\n5.1.1\n5.1.1 b" }),
      "550 5.1.1 a b",
      "550-5.1.1 a\n550-5.1.1\n550 5.1.1 b",
    ],
    [reply(550, "a b", { said: "a\nb" }), "550 a b", "550-a\n550 b"],
    [reply(550, "2.0.0 x", { said: "2.0.0 x" }), "550 2.0.0 x", "550 2.0.0 x"],
    [
      reply(530, "TLS first", { enhanced: "4.7.0", said: "5.7.0 TLS first" }),
      "530 5.7.0 TLS first",
      "530 5.7.0 TLS first",
    ],
    [reply(0, "Nobody there", { code: undefined, enhanced: "4.4.1" }), "4.4.1 Nobody there", undefined],
  ] as const)
    assert.deepEqual([replyWords(given), transcriptOf(given)], [words, transcript]);
});
