import assert from "node:assert/strict";
import { test } from "node:test";
import { editedFields } from "../../syntax/message/header-edit.ts";
import { saysTlsOptional } from "./tls-required.ts";

const says = (header: string): boolean => saysTlsOptional(editedFields(Buffer.from(`${header}\r\n\r\n`, "latin1")));

test("RFC 8689 section 3: one field that says no, in letters of any case, folded or with comments", () => {
  for (const field of [
    "TLS-Required: No",
    "tls-required:no",
    "TLS-REQUIRED:\r\n NO",
    "TLS-Required: No \t",
    "TLS-Required: (never (at all)) No (an expired \\) certificate)",
  ])
    assert.ok(says(`From: a@b.example\r\n${field}\r\nTo: c@d.example`), field);
});

test("what does not say it beyond doubt says nothing", () => {
  for (const header of [
    "From: a@b.example",
    "TLS-Required:",
    "TLS-Required: Yes",
    "TLS-Required: None",
    "TLS-Required: N o",
    "TLS-Required: No No",
    "TLS-Required: No; really",
    'TLS-Required: "No"',
    "TLS-Required: (No)",
    "X-TLS-Required: No",
    "TLS-Required No",
    "TLS-Required: No\r\nTLS-Required: No",
    "TLS-Required: No\r\nTo: c@d.example\r\ntls-required: Yes",
  ])
    assert.ok(!says(header), header);
});
