import assert from "node:assert/strict";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { chooseEncoding, encode } from "./encodings.ts";
import { find, resource, SHORT } from "./resource.ts";

const TEXT = "One line of many that are alike.\n".repeat(50);
const encoded = encode(TEXT);

test("every coding leads back to the same octets", () => {
  assert.equal(brotliDecompressSync(encoded.br ?? "").toString(), TEXT);
  assert.equal(zstdDecompressSync(encoded.zstd ?? "").toString(), TEXT);
  assert.equal(gunzipSync(encoded.gzip ?? "").toString(), TEXT);
  assert.deepEqual(Object.keys(encode("x")), ["identity"]);
});

test("the coding is what the client wants most (RFC 9110 section 12.5.3)", () => {
  const cases: readonly (readonly [string | undefined, string])[] = [
    [undefined, "identity"],
    ["", "identity"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip", "gzip"],
    ["x-gzip", "gzip"],
    ["GZIP;q=0.5, zstd;q=0.8", "zstd"],
    ["br;q=0, *", "zstd"],
    ["*;q=0", "identity"],
    ["gzip;q=0.1, identity", "identity"],
    ["br;q=nonsense", "identity"],
    ["br,".repeat(1000), "identity"],
  ];
  for (const [field, wanted] of cases) assert.equal(chooseEncoding(field, encoded), wanted, String(field).slice(0, 40));
});

test("who has it hears 304, by the tag of the coding it would get", () => {
  const page = resource(TEXT, { type: "text/plain", cache: SHORT, headers: { "x-a": "b" } });
  const ask = (ifNoneMatch?: string, acceptEncoding?: string): ReturnType<typeof find> =>
    find(page, { acceptEncoding, ifNoneMatch });
  const whole = ask();
  const tag = String(whole.fields["etag"]);
  assert.deepEqual([whole.code, whole.fields["content-length"], whole.fields["x-a"]], [200, TEXT.length, "b"]);
  assert.equal(ask(undefined, "br").fields["content-encoding"], "br");
  for (const field of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const { code, fields, octets } = ask(field);
    assert.deepEqual([code, octets, fields["etag"], fields["vary"]], [304, undefined, tag, "accept-encoding"], field);
    assert.equal(fields["content-length"], undefined);
  }
  assert.equal(ask(tag, "br").code, 200);
  assert.equal(ask('"other"').code, 200);
});
