import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "./command.ts";
import { parseCommand } from "./parse.ts";

function read(text: string): Command {
  const parsed = parseCommand(Buffer.from(`a ${text}\r\n`));
  return parsed.kind === "command" ? parsed.command : assert.fail(`${text}: ${parsed.sentence}`);
}

const plain = { name: "LIST", reference: "", select: [], returns: [], status: undefined } as const;

test("RFC 9051 section 6.3.9: LIST with wildcards, LSUB", () => {
  assert.deepEqual(read('LIST "" *'), { ...plain, patterns: ["*"] });
  assert.deepEqual(read('list ~/Mail/ "%/&APw-*"'), { ...plain, reference: "~/Mail/", patterns: ["%/ü*"] });
  assert.deepEqual(read('LIST "" ""'), { ...plain, patterns: [""] });
  assert.deepEqual(read('LSUB "#news." comp.%'), { name: "LSUB", reference: "#news.", pattern: "comp.%" });
});

test("RFC 5258 section 5: the examples", () => {
  assert.deepEqual(read('LIST (SUBSCRIBED) "" "*"'), { ...plain, select: ["SUBSCRIBED"], patterns: ["*"] });
  assert.deepEqual(read('LIST () "" "%" RETURN (CHILDREN)'), { ...plain, patterns: ["%"], returns: ["CHILDREN"] });
  assert.deepEqual(read('LIST (REMOTE) "" "%" RETURN (CHILDREN)'), {
    ...plain,
    select: ["REMOTE"],
    patterns: ["%"],
    returns: ["CHILDREN"],
  });
  assert.deepEqual(read('LIST (REMOTE SUBSCRIBED) "" "*"'), {
    ...plain,
    select: ["REMOTE", "SUBSCRIBED"],
    patterns: ["*"],
  });
  assert.deepEqual(read('LIST "" ("INBOX" "Drafts" "Sent/%")'), { ...plain, patterns: ["INBOX", "Drafts", "Sent/%"] });
  assert.deepEqual(read('LIST (SUBSCRIBED RECURSIVEMATCH) "" "foo/%"').name, "LIST");
});

test("RFC 6154 section 5.2 and RFC 5819 section 3: special uses and STATUS", () => {
  assert.deepEqual(read('LIST (SPECIAL-USE) "" "*" RETURN (special-use)'), {
    ...plain,
    select: ["SPECIAL-USE"],
    patterns: ["*"],
    returns: ["SPECIAL-USE"],
  });
  assert.deepEqual(read('LIST "" % RETURN (STATUS (MESSAGES UNSEEN) SUBSCRIBED)'), {
    ...plain,
    patterns: ["%"],
    returns: ["SUBSCRIBED"],
    status: ["MESSAGES", "UNSEEN"],
  });
  assert.deepEqual(read('LIST "" % RETURN ()'), { ...plain, patterns: ["%"] });
});

test("what is wrong is refused", () => {
  for (const text of [
    "LIST",
    'LIST ""',
    'LIST (NONSENSE) "" *',
    'LIST (RECURSIVEMATCH) "" *',
    'LIST (RECURSIVEMATCH REMOTE) "" *',
    'LIST "" ()',
    `LIST "" (${"a ".repeat(101)})`,
    'LIST "" * RETURN',
    'LIST "" * RETURN (NONSENSE)',
    'LIST "" * RETURN (STATUS)',
    'LIST "" * NONSENSE',
    'LIST "" &',
    "LSUB x",
  ])
    assert.equal(parseCommand(Buffer.from(`a ${text}\r\n`)).kind, "bad", text);
});

test("patterns are as long as they like before their first wildcard, and together of so many signs behind it", () => {
  const name = "a".repeat(2000);
  assert.deepEqual(read(`LIST "" ${name}/%`), { ...plain, patterns: [`${name}/%`] });
  assert.deepEqual(read(`LIST "" (%${"a".repeat(511)} ${name})`), {
    ...plain,
    patterns: [`%${"a".repeat(511)}`, name],
  });
  for (const text of [
    `LIST "" %${"a".repeat(512)}`,
    `LIST * ${name}`,
    `LIST "" (${"%a ".repeat(99)}%${"a".repeat(400)})`,
    `LSUB % ${name}`,
  ]) {
    const parsed = parseCommand(Buffer.from(`a ${text}\r\n`));
    assert.equal(parsed.kind, "bad", text.slice(0, 20));
  }
});
