import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsFinding } from "../../service/dns/finding.ts";
import type { OperatorDns } from "../../service/dns/operator-dns.ts";
import type { Walked, WalkDelivery } from "../../service/dns/walk.ts";
import type { Given, Operator, Outcome } from "../command.ts";
import { deliverCommands } from "./deliver.ts";
import { dnsCommands } from "./dns.ts";

type Ran = { readonly outcome: Outcome; readonly lines: readonly string[]; readonly shown: string };

async function run(operator: object, name: string, given: Given = {}): Promise<Ran> {
  const command = [...dnsCommands, ...deliverCommands].find((each) => each.name === name);
  assert.ok(command);
  const lines: string[] = [];
  const signal = new AbortController().signal;
  const report = { line: async (text: string) => void lines.push(text), progress() {}, signal };
  const outcome = await command.work(operator as Operator, given, report);
  return { outcome, lines, shown: outcome.kind === "done" ? command.show(outcome.value as never) : outcome.sentence };
}

const RIGHT: DnsFinding = { kind: "right", subject: "MX of example.org", is: "mail.example.org" };
const UNKNOWN: DnsFinding = { kind: "cannot-say", subject: "CAA", why: "the moon" };
const wanting = (weight: "must" | "should", subject: string): DnsFinding => ({
  kind: "to-do",
  subject,
  weight,
  wrong: "there is \u001B[31mnone",
  costs: "mail",
  remedy: "publish it",
});

function dnsOf(...findings: readonly DnsFinding[]): { readonly dns: OperatorDns; readonly asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    dns: {
      domains: ["an.example", "example.org"],
      print: async (domain) => {
        asked.push(domain);
        return "; a page\n";
      },
      check: async (domain) => {
        asked.push(domain);
        return findings;
      },
    },
  };
}

test("a page of records, of all domains or of one of ours", async () => {
  const world = dnsOf();
  assert.equal((await run(world, "dns print")).shown, "; a page");
  assert.equal((await run(world, "dns print", { domain: "Example.org" })).shown, "; a page");
  assert.deepEqual(world.asked, [undefined, "example.org"]);
  for (const name of ["dns print", "dns check"]) {
    const refused = await run(world, name, { domain: "example.net" });
    assert.equal(refused.outcome.kind, "refused");
    assert.match(refused.shown, /they name an\.example, example\.org$/);
  }
  assert.equal(world.asked.length, 2);
});

test("findings in groups, the urgent last; the exit code says whether there are any", async () => {
  const checked = await run(dnsOf(wanting("must", "PTR"), RIGHT, wanting("should", "CAA"), UNKNOWN), "dns check");
  assert.deepEqual(checked.lines, [
    "right:",
    "  MX of example.org: mail.example.org",
    "cannot say:",
    "  CAA: the moon",
    "to do, when there is time:",
    "  CAA: there is ?[31mnone",
    "      costs: mail",
    "      do:    publish it",
    "TO DO:",
    "  PTR: there is ?[31mnone",
    "      costs: mail",
    "      do:    publish it",
  ]);
  assert.deepEqual([checked.outcome.kind, checked.shown], ["refused", "1 thing costs mail: see TO DO above"]);
  const fine = await run(dnsOf(RIGHT, UNKNOWN, wanting("should", "CAA")), "dns check");
  assert.equal(fine.outcome.kind, "done");
  assert.equal(fine.shown, "");
});

test("with --json each finding is a line", async () => {
  const { lines } = await run(dnsOf(RIGHT, wanting("must", "PTR")), "dns check", { json: true });
  assert.deepEqual(
    lines.map((line) => JSON.parse(line) as DnsFinding),
    [RIGHT, wanting("must", "PTR")],
  );
});

function walking(walked: Walked): object {
  const walk: WalkDelivery = async (address, tell) => {
    await tell({ kind: "domain", domain: address });
    return walked;
  };
  return { outgoing: { walk } };
}

test("a walk: its steps line by line, and at the end how mail would go", async () => {
  const goes: Walked = { kind: "goes", host: "mx.test", address: "192.0.2.1", tls: undefined };
  const dry = { address: "a@b.test", "dry-run": true };
  const seen = await run(walking(goes), "deliver", dry);
  assert.deepEqual(seen.lines, ["domain          a@b.test", "mail goes to mx.test [192.0.2.1], IN THE CLEAR"]);
  assert.equal(seen.outcome.kind, "done");
  const json = await run(walking(goes), "deliver", { ...dry, json: true });
  assert.deepEqual(
    json.lines.map((line) => JSON.parse(line) as unknown),
    [
      { kind: "domain", domain: "a@b.test" },
      { kind: "end", walked: { kind: "goes", host: "mx.test", address: "192.0.2.1" } },
    ],
  );
  const waits = await run(walking({ kind: "waits", sentence: "The host does not answer" }), "deliver", dry);
  assert.deepEqual(
    [waits.outcome.kind, waits.shown],
    ["refused", "mail waits, and is tried again: The host does not answer"],
  );
});

test("without --dry-run, or for what is no address, the command line is wrong", () => {
  const wrong = (given: Given): string => deliverCommands[0]?.wrong?.(given) ?? "";
  assert.match(wrong({ address: "a@b.test" }), /--dry-run/);
  for (const address of ["", " ", "@good.test", "a b@good.test", "a@", "a@good..test", "not a name"])
    assert.match(wrong({ address, "dry-run": true }), /neither an address nor a domain/, address);
  for (const address of ["a@b.test", "b.test", "b.test.", "a@bücher.test", "a@[192.0.2.1]", "[192.0.2.1]"])
    assert.equal(wrong({ address, "dry-run": true }), "", address);
});
