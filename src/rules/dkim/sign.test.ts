import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, hash, verify } from "node:crypto";
import { test } from "node:test";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { editedFields } from "../../syntax/message/header-edit.ts";
import { RelaxedBodyHash, relaxedField } from "./canonical.ts";
import { keyRecord, keyRecordName } from "./key-record.ts";
import { type Signed, signatureFields, signedNames, type SigningKey, signingKey } from "./sign.ts";

const domain = "football.example.com";
const header =
  "From: Joe SixPack <joe@football.example.com>\r\n" +
  "To: Suzie Q <suzie@shopping.example.net>\r\n" +
  "Subject: Is dinner ready?\r\n" +
  "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n" +
  "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n";
const body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

/** RFC 8463 appendix A.1, the secret key; RFC 8410 puts it into PKCS#8. */
const ed25519Seed = Buffer.from("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=", "base64");
const ed25519Pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), ed25519Seed]);
const ed25519Public = Buffer.from("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "base64");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rsaKey = signingKey("test", "rsa-sha256", rsa.privateKey.export({ format: "der", type: "pkcs8" }));
const ed25519Key = signingKey("brisbane", "ed25519-sha256", ed25519Pkcs8);

const records = new Map([
  [keyRecordName(domain, "brisbane"), keyRecord({ algorithm: "ed25519-sha256", publicKey: ed25519Public })],
  [
    keyRecordName(domain, "test"),
    keyRecord({ algorithm: "rsa-sha256", publicKey: rsa.publicKey.export({ format: "der", type: "spki" }) }),
  ],
]);

async function results(message: string): Promise<readonly string[]> {
  const resolver = async (name: string): Promise<string[][]> => [
    [records.get(name) ?? assert.fail(`asked for ${name}`)],
  ];
  const verified = await dkimVerify(Buffer.from(message, "latin1"), { resolver });
  return verified.results.map(({ status }) => status.result);
}

function signedOf(head: string, text: string): Signed {
  const bodyHash = new RelaxedBodyHash();
  bodyHash.write(Buffer.from(text, "latin1"));
  const fields = editedFields(Buffer.from(`${head}\r\n`, "latin1"));
  return { domain, fields, bodyHash: bodyHash.end(), time: 1_528_637_909_123 };
}

async function sign(head: string, text: string, keys: readonly SigningKey[] = [rsaKey, ed25519Key]): Promise<string> {
  return `${await signatureFields(signedOf(head, text), keys)}${head}\r\n${text}`;
}

/** RFC 8463 appendix A.3: what both signatures there share, and each of them up to its b= and behind it. */
const example = [
  {
    key: createPublicKey({
      key: { kty: "OKP", crv: "Ed25519", x: ed25519Public.toString("base64url") },
      format: "jwk",
    }),
    unsigned:
      "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n" +
      " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n" +
      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=",
    signature: "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
  },
  {
    key: createPublicKey({
      key: Buffer.from(
        "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b" +
          "yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w" +
          "3QIDAQAB",
        "base64",
      ),
      format: "der",
      type: "spki",
    }),
    unsigned:
      "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n" +
      " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n date : message-id : from : subject : date;\r\n" +
      " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=",
    signature:
      "F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeef" +
      "Osk2JzdA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=",
  },
];

test("F5: RFC 8463 appendix A: our canonical forms are those that its signatures were made over", () => {
  const { fields, bodyHash } = signedOf(header, body);
  assert.equal(bodyHash, "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
  const names = ["from", "to", "subject", "date", "message-id"];
  const lines = names.map((name) => `${relaxedField(fields.find((field) => field.name === name)?.raw ?? "")}\r\n`);
  for (const { key, unsigned, signature } of example) {
    const data = Buffer.from(`${lines.join("")}${relaxedField(unsigned)}`);
    const isEd25519 = key.asymmetricKeyType === "ed25519";
    const given = Buffer.from(signature, "base64");
    const digest = hash("sha256", data, "buffer");
    assert.ok(isEd25519 ? verify(null, digest, key, given) : verify("sha256", data, key, given), unsigned);
  }
});

test("F5: both signatures of a message are verified by mailauth", async () => {
  assert.deepEqual(await results(await sign(header, body)), ["pass", "pass"]);
  const odd = `subject : a\r\n\t b  \r\nFrom:joe@${domain}\r\nReceived: x\r\nCc: \xe9\r\nList-Id: l\r\nResent-To: a\r\nResent-To: b\r\n`;
  for (const text of ["", "\r\n", "no line end", "a \t b \r\n \r\n\r\n"])
    assert.deepEqual(await results(await sign(odd, text)), ["pass", "pass"], JSON.stringify(text));
});

test("a field that is added, taken away or changed, and a changed body, break both signatures", async () => {
  const whole = await sign(header, body);
  for (const changed of [
    whole.replace("Subject: Is", "Subject: was"),
    whole.replace("Subject:", "Subject: more\r\nSubject:"),
    whole.replace("\r\nFrom:", "\r\nFrom: eve@example.net\r\nFrom:"),
    whole.replace("\r\nTo:", "\r\nCc: eve@example.net\r\nTo:"),
    whole.replace(/\r\nDate:[^\r]*/, ""),
    whole.replace("\r\nTo:", "\r\nContent-Type: text/html\r\nTo:"),
    `${whole}more\r\n`,
  ])
    for (const result of await results(changed)) assert.notEqual(result, "pass", changed);
  assert.deepEqual(
    await results(whole.replace("\r\nTo:", "\r\nX-New: a\r\nTo:")),
    ["pass", "pass"],
    "others may be added",
  );
});

test("fields are signed as often as they are there, those that count once more; nobody is named", async () => {
  const names = signedNames([{ name: "subject" }, { name: "from" }, { name: "list-id" }, { name: "received" }]);
  const count = (wanted: string): number => names.filter((name) => name === wanted).length;
  assert.deepEqual(["from", "subject", "to", "date", "list-id", "received"].map(count), [2, 2, 1, 1, 1, 0]);
  const list = [{ name: "list-unsubscribe" }, { name: "list-unsubscribe-post" }];
  assert.deepEqual(
    signedNames(list).slice(-2),
    list.map(({ name }) => name),
    "RFC 8058 section 4 asks for both",
  );
  const field = await signatureFields(signedOf(header, body), [rsaKey]);
  assert.doesNotMatch(field, /\bi=|joe|suzie/);
  assert.match(field, /\st=1528637909;/);
  for (const line of field.split("\r\n")) assert.ok(line.length <= 78, line);
});
