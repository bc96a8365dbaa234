/** The signature on a profile, held against OpenSSL. */
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { need, run } from "../../../test/system/program.ts";
import { oid, partsOf } from "./der.ts";
import { type Signer, signedData } from "./signed-data.ts";

const folder = mkdtempSync(join(tmpdir(), "altmail-signed-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const place = (name: string): string => join(folder, name);
const CONTENT = Buffer.from(`<plist>${"å".repeat(70_000)}</plist>`);

/** An authority, one between, and a certificate for a server: as real ones are. */
async function chain(kind: "ec" | "rsa"): Promise<Signer> {
  const key = kind === "ec" ? ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] : ["-newkey", "rsa:2048"];
  const make = (name: string, issuer: string | undefined, extension: string): Promise<string> => {
    const signed = issuer === undefined ? [] : ["-CA", place(`${issuer}.pem`), "-CAkey", place(`${issuer}.key`)];
    const names = ["-subj", `/O=Väst & Öst/CN=${name}`, "-utf8", "-addext", extension];
    const files = ["-keyout", place(`${name}.key`), "-out", place(`${name}.pem`)];
    return run("openssl", ["req", "-x509", "-nodes", "-days", "30", ...key, ...names, ...signed, ...files]);
  };
  await make("root", undefined, "basicConstraints=critical,CA:TRUE");
  await make("between", "root", "keyUsage=critical,keyCertSign");
  await make("server", "between", "extendedKeyUsage=serverAuth");
  const read = (name: string): string => readFileSync(place(name), "latin1");
  return { certificates: read("server.pem") + read("between.pem"), key: createPrivateKey(read("server.key")) };
}

for (const kind of ["ec", "rsa"] as const)
  test(`OpenSSL verifies what a server's key of kind ${kind} signed, and nothing that was changed`, async (context) => {
    if (!need(context, "openssl")) return;
    const signed = signedData(CONTENT, await chain(kind), Date.now()) ?? assert.fail("nothing was signed");
    const verify = async (octets: Uint8Array): Promise<string> => {
      writeFileSync(place("signed.der"), octets);
      const from = ["smime", "-verify", "-inform", "DER", "-in", place("signed.der"), "-CAfile", place("root.pem")];
      return run("openssl", [...from, "-purpose", "any", "-binary", "-out", place("content")]);
    };
    assert.match(await verify(signed), /successful/);
    assert.deepEqual(readFileSync(place("content")), CONTENT);
    const changed = Uint8Array.from(signed);
    const at = Buffer.from(signed).indexOf("</plist>");
    changed[at + 2] = 0x50;
    await assert.rejects(verify(changed), /digest failure|verification failure/i);
  });

test("a key that such signatures are not made with signs nothing", async (context) => {
  if (!need(context, "openssl")) return;
  const { certificates } = await chain("ec");
  const { privateKey } = generateKeyPairSync("ed25519");
  assert.equal(signedData(CONTENT, { certificates, key: privateKey }, 0), undefined);
});

test("numbers of objects are written as X.690 has them, and what is cut short is no value", () => {
  assert.equal(oid("1.2.840.113549").toHex(), "06062a864886f70d");
  assert.throws(() => partsOf(Uint8Array.of(0x30, 0x05, 0x02, 0x01)), RangeError);
});
