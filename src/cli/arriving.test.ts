import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import { parseSettings } from "../host/settings/read.ts";
import { checkArriving } from "./arriving.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-arriving-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function check(lines: string): string {
  const text = `host-name = "mx.example.org"\ndomains = ["example.org"]\noperator = "op@example.org"\n[tls]\ncertificate = "c"\nkey = "k"\n${lines}`;
  try {
    checkArriving(parseSettings(text, join(folder, "altmail.toml")), systemClock);
    return "good";
  } catch (error) {
    assert.ok(error instanceof HostError, String(error));
    return error.message;
  }
}

test("lists and passwords that cannot be used stop the start with a sentence", () => {
  assert.equal(check('[arriving]\ndns-lists = ["dnsbl.example=127.0.0.[2..4]*0.5"]'), "good");
  for (const list of ["dnsbl.example*0", "zone.arpa", "dnsbl.example=127.0.0.300", "dnsbl.example=127.0.0.[4..2]"])
    assert.match(check(`[arriving]\ndns-lists = ["${list}"]`), /^arriving\.dns-lists: ".*" is no DNS list: see /, list);

  const rspamd = (file: string): string => check(`[scanners]\nspam = "rspamd"\nrspamd-password-file = "${file}"`);
  assert.match(rspamd("missing"), /^the password of rspamd cannot be read from .*missing: is it there/);
  writeFileSync(join(folder, "two"), "one\ntwo\n");
  assert.match(rspamd("two"), /two must hold the password of rspamd's controller in one line$/);
  writeFileSync(join(folder, "one"), "secret\n");
  assert.equal(rspamd("one"), "good");
  assert.equal(check('[scanners]\nrspamd-password-file = "missing"'), "good", "of a scanner that is not used");
});
