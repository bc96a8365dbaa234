import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { appendToChain, auditChain, CHAIN_START } from "./chain.ts";

function chain(context: TestContext, lines: number): string {
  const folder = mkdtempSync(join(tmpdir(), "altmail-chain-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "record.chain");
  for (let n = 1; n <= lines; n++) appendToChain(file, n * 1000, "test", { day: `2026-03-0${n}` });
  return file;
}

test("a chain that does not exist is whole and starts with zeroes", (context) => {
  assert.deepEqual(auditChain(chain(context, 0)), { kind: "whole", lines: [], head: CHAIN_START });
});

test("A7: a line that is changed, left out, put in or moved is noticed where it happened", (context) => {
  const file = chain(context, 4);
  const whole = readFileSync(file, "utf8");
  const lines = whole.split("\n").slice(0, -1);
  const auditOf = (changed: readonly string[]) => {
    writeFileSync(file, `${changed.join("\n")}\n`);
    return auditChain(file);
  };
  assert.equal(auditOf(lines).kind, "whole");
  const [first = "", second = "", third = "", fourth = ""] = lines;
  const altered = (line: number) => ({ kind: "altered", line });
  assert.deepEqual(auditOf([first, second.replace("03-02", "03-09"), third, fourth]), altered(2));
  assert.deepEqual(auditOf([first, third, fourth]), altered(2));
  assert.deepEqual(auditOf([first, second, second, third, fourth]), altered(3));
  assert.deepEqual(auditOf([first, third, second, fourth]), altered(2));
  assert.deepEqual(auditOf([first, "[]", third, fourth]), altered(2));
  assert.throws(() => appendToChain(file, 1, "test", {}), /was altered: line 2 does not follow/);
  // What is cut off at the end is told by a head that left the machine.
  const short = auditOf([first, second, third]);
  const head = (JSON.parse(fourth) as { head: string }).head;
  assert.ok(short.kind === "whole" && short.head !== head && !short.lines.some((line) => line.head === head));
});

test("a tail that a crash cut off is no line and is overwritten", (context) => {
  const file = chain(context, 2);
  appendFileSync(file, '{"n":3,"at":30');
  assert.equal(auditChain(file).kind, "whole");
  assert.equal(appendToChain(file, 3000, "test", {}).n, 3);
  const audit = auditChain(file);
  assert.ok(audit.kind === "whole" && audit.lines.length === 3);
});
