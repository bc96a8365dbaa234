import assert from "node:assert/strict";
import test from "node:test";
import { labPage } from "./page.ts";
import { memorablePassword } from "./password.ts";

const lab = {
  home: "var",
  domain: "altmail.test",
  accounts: 2,
  password: "amber-oak-river-stone",
  smtpPort: 20025,
  imapPort: 20993,
  submissionsPort: 20465,
  submissionPort: 20587,
  webPort: 20443,
  invitation: "abcd-efgh",
  metricsPort: 20464,
  smarthost: undefined,
  authorityFile: "/srv/var/ca.pem",
  identityFile: "/srv/var/secret/age-key.txt",
};

test("the page names addresses, ports, accounts, password and authority, and what to try", () => {
  const page = labPage(lab);
  for (const part of [
    "20025",
    "20465",
    "20587",
    "20993",
    "https://localhost:20443/",
    "abcd-efgh",
    "u1@altmail.test and u2@altmail.test",
    lab.password,
    lab.authorityFile,
  ])
    assert.ok(page.includes(part), part);
  assert.match(page, /^ {2}mail in +bin\/altmail lab send u1@altmail\.test --home var$/m);
  assert.match(page, /^ {2}mail out +bin\/altmail lab send someone@example\.net --as u1@altmail\.test --home var$/m);
  assert.match(
    page,
    /^ {2}read, write +mutt .*certificate_file='\/srv\/var\/ca\.pem'.*imap_pass='amber-oak-river-stone'/m,
  );
  assert.match(page, / smtp_url=smtps:\/\/u1@altmail\.test@localhost:20465\/ .*smtp_pass='amber-oak-river-stone'"$/m);
  assert.match(page, /Thunderbird .*port 20993; outgoing SMTP, localhost, port 20465/);
  assert.match(page, /^ {2}what leaves +is caught: .*world@altmail\.test \(same password\)$/m);
  assert.ok(page.split("\n").length <= 29, "it fits a terminal");
  assert.match(page, /127\.0\.0\.1:20464\/metrics/);
  assert.match(page, /backup drill --identity \/srv\/var\/secret\/age-key\.txt --home var$/m);
});

test("the page says where mail goes that nobody catches, and whether that is this machine", () => {
  const shown = (host: string): string => labPage({ ...lab, smarthost: { host, port: 2525 } });
  for (const [host, address] of [
    ["127.0.0.1", "127\\.0\\.0\\.1"],
    ["::1", "\\[::1\\]"],
    ["localhost", "localhost"],
  ] as const) {
    assert.match(shown(host), new RegExp(`^ {2}what leaves +goes to ${address}:2525$`, "m"));
    assert.match(shown(host), /on this machine only\.$/m);
    assert.doesNotMatch(shown(host), /world@|WORLD/);
  }
  assert.match(shown("smtp.example.net"), /^AltMail runs as a lab: .* what leaves GOES OUT TO THE WORLD\.$/m);
  assert.match(shown("smtp.example.net"), /^ {2}what leaves +goes to smtp\.example\.net:2525$/m);
});

test("a password that a shell could misread is not put into a command", () => {
  assert.doesNotMatch(labPage({ ...lab, password: "$(reboot)" }), /_pass|reboot.*reboot/s);
});

test("passwords can be remembered, and differ", () => {
  assert.match(memorablePassword(), /^[a-z]+-[a-z]+-[a-z]+-[a-z]+$/);
  assert.notEqual(memorablePassword(), memorablePassword());
});
