import assert from "node:assert/strict";
import test from "node:test";
import { commands } from "./commands.ts";
import { helpPage } from "./help.ts";
import { COMMON, parseLine } from "./parse-line.ts";

test("the longest name wins, and arguments and options come by name", () => {
  const line = parseLine(commands, [
    "account",
    "app-password",
    "add",
    "a@example.org",
    "mutt",
    "--home",
    "var",
    "--json",
  ]);
  assert.ok(line.kind === "run");
  assert.equal(line.command.name, "account app-password add");
  assert.deepEqual({ ...line.given }, { home: "var", json: true, address: "a@example.org", label: "mutt" });
});

test("what is wrong is said in one sentence", () => {
  const cases = [
    [["frobnicate"], /no command "frobnicate"/],
    [["account", "frobnicate"], /no command "account frobnicate": "altmail help account"/],
    [["account", "lst", "--home", "var"], /did you mean "account list"\?/],
    [["acount", "list"], /did you mean "account"\?/],
    [["account", "add"], /ADDRESS is missing/],
    [["account", "list", "extra"], /more words/],
    [["check", "--frobnicate"], /^this command has no option --frobnicate$/],
    [["check", "-x"], /^this command has no option -x$/],
    [["check", "--jsn=1"], /no option --jsn: did you mean --json\?$/],
    [["lab", "--home"], /^--home needs DIR behind it;/],
    [["sent", "a@example.org", "--access", "--json"], /^--access needs ID behind it; .* given as --access=ID$/],
    [["check", "--json=yes"], /^--json takes nothing behind it$/],
  ] as const;
  for (const [words, sentence] of cases) {
    const line = parseLine(commands, words);
    assert.ok(line.kind === "usage", words.join(" "));
    assert.match(line.sentence, sentence);
    assert.doesNotMatch(line.sentence, /\n/);
  }
});

test("help is found in every way people ask for it", () => {
  for (const words of [[], ["help"], ["--help"], ["-h"]])
    assert.deepEqual(parseLine(commands, words), { kind: "help", words: [] });
  for (const words of [
    ["help", "alias", "add"],
    ["alias", "add", "--help"],
    ["alias", "add", "-h"],
  ])
    assert.deepEqual(parseLine(commands, words), { kind: "help", words: ["alias", "add"] });
  assert.deepEqual(parseLine(commands, ["account"]), { kind: "help", words: ["account"] });
});

test("every command teaches: a verb first, an example that parses, every argument and option explained", () => {
  for (const command of commands) {
    const page = helpPage(commands, command.name.split(" "));
    assert.match(command.summary, /^[A-Z][a-z]+ .*[^.]$/, command.name);
    for (const { summary } of [...command.arguments, ...command.options])
      assert.ok(page.includes(summary), command.name);
    for (const { name } of COMMON) assert.ok(page.includes(`--${name}`));
    assert.ok(command.examples.length > 0, command.name);
    for (const example of command.examples) {
      const words = /altmail (.*?)(?: [<>] .*)?$/.exec(example)?.[1]?.match(/"[^"]*"|\S+/g) ?? [];
      const line = parseLine(commands, words);
      assert.ok(line.kind === "run" && line.command === command, example);
    }
  }
});

test("the list of commands names each, and the exit codes", () => {
  const page = helpPage(commands, []);
  for (const { name, summary } of commands) assert.ok(page.includes(name) && page.includes(summary));
  assert.match(page, /2 {2}the command line is wrong/);
  assert.doesNotMatch(helpPage(commands, ["alias"]), /account add/);
});
