/** Samples of RFC 6376 and RFC 8463, and mails from the world with the keys of their time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../../../test/world/fake-clock.ts";
import { verifying } from "../../../service/authentication/verifying.fixture.ts";
import { corpusText, needsCorpora } from "../../../syntax/message/testdata.test.ts";
import { texts } from "../zone.fixture.ts";

const SAMPLES = "dkim-rfc-samples";
const ED25519 = "brisbane._domainkey.football.example.com";
const RSA = "test._domainkey.football.example.com";
const RFC8463 = `${SAMPLES}/mimekit/rfc8463-example.msg`;
/** RFC 8463 appendix A.2. */
const ED25519_KEY = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const record = (file: string): string => corpusText(`${SAMPLES}/${file}`).trim();

/** One word for each signature of the mail: its result, and the reason where it is not "pass". */
async function words(
  text: string,
  records: Readonly<Record<string, string>>,
  time = "2022-11-09T00:00:00Z",
): Promise<readonly string[]> {
  const { dkim } = await verifying(texts(records), {}, new FakeClock(time))(text);
  return dkim.map(({ result, reason }) => (result === "pass" ? result : `${result}: ${reason}`));
}

/** Lines of keys, an empty line, the mail. */
function sample(file: string): { readonly message: string; readonly records: Readonly<Record<string, string>> } {
  const [head = "", ...rest] = corpusText(`auth-stalwart/${file}.txt`).split(/(?<=\n)\r?\n/);
  const lines = head.trim().split(/\r?\n/);
  return {
    message: rest.join("\n"),
    records: Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
    ),
  };
}

test("DKIM: both signatures of RFC 8463 appendix A hold", needsCorpora, async () => {
  const records = { [ED25519]: ED25519_KEY, [RSA]: record("test.txt") };
  assert.deepEqual(await words(corpusText(RFC8463), records), ["pass", "pass"]);
});

test("DKIM: the samples of dkimpy are found as they are", needsCorpora, async () => {
  const gmail = corpusText(`${SAMPLES}/mimekit/gmail.pub`).replace(/-----[A-Z ]+-----|\s/g, "");
  const records = {
    [ED25519]: ED25519_KEY,
    [RSA]: record("test.txt"),
    "sed._domainkey.test.ex": record("eximtest.dns"),
    "20120113._domainkey.gmail.com": `k=rsa; p=${gmail}`,
  };
  const found: Record<string, readonly string[]> = {};
  for (const file of [
    "rfc6376.signed.msg",
    "ed25519test2.msg",
    "test2.message",
    "test.message",
    "mimekit/gmail.msg",
    "mimekit/multipart-no-end-boundary.msg",
    "mimekit/related.msg",
  ])
    found[file] = await words(corpusText(`${SAMPLES}/${file}`), records);
  assert.deepEqual(found, {
    "rfc6376.signed.msg": ["pass", "pass"],
    "ed25519test2.msg": ["pass"],
    "test2.message": ["pass"],
    "test.message": [],
    "mimekit/gmail.msg": ["pass"],
    "mimekit/multipart-no-end-boundary.msg": ["pass"],
    "mimekit/related.msg": ["pass"],
  });
});

test("DKIM: keys that are none do not verify", needsCorpora, async () => {
  const found: Record<string, string | undefined> = {};
  for (const file of ["test2.txt", "badk.txt", "badversion.txt", "test_bad.txt", "test_tlsrpt.txt"])
    found[file] = (await words(corpusText(RFC8463), { [RSA]: record(file) }))[1];
  assert.deepEqual(found, {
    "test2.txt": "pass",
    "badk.txt": "permerror: the key is of an unknown type",
    "badversion.txt": "permerror: the key record is of another version",
    "test_bad.txt": "permerror: the key cannot be read",
    "test_tlsrpt.txt": "permerror: the key is not for such signatures",
  });
});

test("DKIM: mails from the world hold with the keys of their time", needsCorpora, async () => {
  const found: Record<string, readonly string[]> = {};
  for (const file of ["dkim/001", "dkim/002", "dkim/003", "dkim/004", "dkim/005", "dkim/006", "arc/001", "arc/002"]) {
    const { message, records } = sample(file);
    found[file] = await words(message, records);
  }
  const pass = "pass";
  assert.deepEqual(found, {
    "dkim/001": [pass, pass],
    "dkim/002": [pass],
    "dkim/003": [pass, pass],
    "dkim/004": [pass],
    // It says so itself: x= is of the day before.
    "dkim/005": ["fail: the signature has expired"],
    "dkim/006": [pass],
    // The list has added its footer below what the author signed.
    "arc/001": [pass, pass, "fail: the body was changed"],
    "arc/002": [pass],
  });
  const { message, records } = sample("dkim/005");
  assert.deepEqual(await words(message, records, "2022-11-08T12:00:00Z"), [pass]);
});
