import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readLetter } from "./announce.ts";

test("a letter is a subject, an empty line and paragraphs; what is not is refused with a sentence", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "altmail-letter-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "letter.txt");
  const read = (source: string): ReturnType<typeof readLetter> => {
    writeFileSync(file, source);
    return readLetter(file);
  };
  assert.deepEqual(await read("New terms\r\n\r\nHello,\r\nfrom May on\r\n\r\n  https://example.org/terms\r\n"), {
    subject: "New terms",
    paragraphs: ["Hello, from May on", "  https://example.org/terms"],
  });
  for (const source of ["", "New terms", "New terms\nHello", "\n\nHello", "New terms\n\n\n"])
    await assert.rejects(read(source), /letter\.txt is no letter: the first line is the subject/);
  await assert.rejects(read(`S\n\n${"x".repeat(20_001)}`), /is longer than 20000 signs/);
  await assert.rejects(readLetter(join(folder, "missing")), /missing cannot be read/);
});
