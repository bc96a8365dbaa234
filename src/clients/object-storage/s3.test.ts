/** The bucket against answers that real servers give and a test server does not: the whole protocol is shown by test/system/s3.test.ts. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { buffer } from "node:stream/consumers";
import { type ObjectPlace, PlaceError } from "../../service/backup/place.ts";
import { listed } from "./place-contract.fixture.ts";
import { openBucket } from "./s3.ts";

type Request = { readonly line: string; readonly headers: IncomingMessage["headers"]; readonly body: string };
type Answer = { readonly status: number; readonly body?: string } | "silence" | "break off";
type Scripted = { readonly place: ObjectPlace; readonly requests: readonly Request[] } & AsyncDisposable;

const error = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>for u1@example.org</Message></Error>`,
});

/** A bucket whose server answers with what `answer` says. */
async function scripted(answer: (request: Request) => Answer, attempts = 1): Promise<Scripted> {
  const requests: Request[] = [];
  const work = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await buffer(incoming)).toString("latin1");
    const request = { line: `${incoming.method} ${incoming.url}`, headers: incoming.headers, body };
    requests.push(request);
    const given = answer(request);
    if (given === "break off") incoming.socket.destroy();
    else if (given !== "silence")
      response.writeHead(given.status, { "content-type": "application/xml" }).end(given.body);
  };
  const server = createServer((incoming, response) => void work(incoming, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const place = openBucket({
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "altmail",
    region: "eu-north-1",
    credentials: { accessKeyId: "KEY", secretAccessKey: "secret" },
    patience: { attempts, silenceMs: 300 },
  });
  const dispose = async (): Promise<void> => {
    await place[Symbol.asyncDispose]();
    server.closeAllConnections();
    server.close();
  };
  return { place, requests, [Symbol.asyncDispose]: dispose };
}

const octets = new Uint8Array([1, 2, 3]);

test("a request names the bucket in its path, is signed, and carries a checksum", async () => {
  await using bucket = await scripted(() => ({ status: 200 }));
  await bucket.place.put("sets/1.age", octets);
  const [request] = bucket.requests;
  assert.ok(request);
  assert.equal(request.line, "PUT /altmail/sets/1.age?x-id=PutObject");
  assert.match(
    request.headers.authorization ?? "",
    /^AWS4-HMAC-SHA256 Credential=KEY\/\d{8}\/eu-north-1\/s3\/aws4_request, /,
  );
  assert.equal(request.headers["x-amz-checksum-crc32"], "VbyAHQ==");
  assert.equal(request.body, "\x01\x02\x03");
});

test("a server that is busy is asked again, a few times only", async () => {
  let left = 1;
  await using bucket = await scripted(() => (left-- > 0 ? error(503, "SlowDown") : { status: 200 }), 2);
  await bucket.place.put("a", octets);
  assert.equal(bucket.requests.length, 2);
  left = 9;
  await assert.rejects(bucket.place.put("a", octets), /asks for fewer requests/);
  assert.equal(bucket.requests.length, 4);
});

const refusals: readonly (readonly [title: string, answer: Answer, sentence: RegExp])[] = [
  ["a wrong secret", error(403, "SignatureDoesNotMatch"), /refuses the secret/],
  ["an unknown key", error(403, "InvalidAccessKeyId"), /does not know the access key id/],
  ["no right to do it", error(403, "AccessDenied"), /does not allow it to this access key/],
  ["no bucket", error(404, "NoSuchBucket"), /has no such bucket: make it, without versioning/],
  ["a clock that is wrong", error(403, "RequestTimeTooSkewed"), /has another time than this machine/],
  ["a server in trouble", error(500, "InternalError"), /is not able to store an object now \(InternalError, 500\)/],
  ["an error without a name", { status: 418 }, /would not store an object/],
  ["silence", "silence", /does not answer in time/],
  ["a connection that breaks", "break off", /broke off the connection/],
];
for (const [title, answer, sentence] of refusals) {
  test(`${title} is a sentence for the operator that quotes nothing of the server's`, async () => {
    await using bucket = await scripted(() => answer);
    await assert.rejects(bucket.place.put("a", octets), (thrown: unknown) => {
      assert.ok(thrown instanceof PlaceError);
      assert.match(thrown.message, /^The bucket altmail at 127\.0\.0\.1:\d+ /);
      assert.match(thrown.message, sentence);
      assert.doesNotMatch(thrown.message, /u1@example/);
      return true;
    });
  });
}

test("a server that listens to nobody and a name without address are sentences too", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  await once(closed, "close");
  await using place = openBucket({
    endpoint: `http://127.0.0.1:${port}`,
    bucket: "altmail",
    region: "x",
    credentials: { accessKeyId: "KEY", secretAccessKey: "secret" },
    patience: { attempts: 1 },
  });
  await assert.rejects(place.get("a"), /refuses connections/);
});

test("a missing bucket is never an object that is missing", async () => {
  await using bucket = await scripted(() => error(404, "NoSuchBucket"));
  await assert.rejects(bucket.place.get("a"), PlaceError);
  await assert.rejects(bucket.place.delete(["a"]), PlaceError);
  await assert.rejects(listed(bucket.place, ""), PlaceError);
  await assert.rejects(bucket.place.keepers(), PlaceError);
});

for (const [code, status] of [
  ["InvalidRequest", 400],
  ["MissingContentMD5", 400],
  ["NotImplemented", 501],
] as const) {
  test(`where deleting many at one time is not understood (${code}), they are deleted one by one`, async () => {
    await using bucket = await scripted(({ line }) =>
      line.startsWith("POST") ? error(status, code) : { status: 204 },
    );
    const names = Array.from({ length: 20 }, (_, at) => `n/${at}`);
    await bucket.place.delete(names);
    await bucket.place.delete(["m"]);
    assert.deepEqual(
      bucket.requests.map(({ line }) => line.replace(/\?.*/, "")).toSorted(),
      ["POST /altmail/", ...[...names, "m"].map((name) => `DELETE /altmail/${name}`)].toSorted(),
    );
  });
}

test("names that were not deleted are an error, those that were missing are not", async () => {
  let code = "NoSuchKey";
  await using bucket = await scripted(() => ({
    status: 200,
    body: `<DeleteResult><Error><Key>a</Key><Code>${code}</Code></Error></DeleteResult>`,
  }));
  await bucket.place.delete(["a", "b"]);
  code = "InternalError";
  await assert.rejects(bucket.place.delete(["a", "b"]), /did not delete 1 of 2 objects/);
});

test("2,500 names are deleted in three requests", async () => {
  await using bucket = await scripted(() => ({ status: 200, body: "<DeleteResult/>" }));
  await bucket.place.delete(Array.from({ length: 2500 }, (_, at) => `n/${at}`));
  assert.deepEqual(
    bucket.requests.map(({ body }) => body.split("<Key>").length - 1),
    [1000, 1000, 500],
  );
});

/** What a server answers to the two questions of `keepers`. */
const kept = (versioning: Answer, lock: Answer) => (request: Request) =>
  request.line.includes("versioning") ? versioning : lock;
const versions = (status: string): Answer => ({
  status: 200,
  body: `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
});
const never: Answer = { status: 200, body: "<VersioningConfiguration/>" };
const unlocked = error(404, "ObjectLockConfigurationNotFoundError");
const locked: Answer = {
  status: 200,
  body: "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
};
const keeping: readonly (readonly [title: string, versioning: Answer, lock: Answer, sentences: readonly RegExp[]])[] = [
  ["a plain bucket keeps nothing", never, unlocked, []],
  ["a server without these things keeps nothing", error(501, "NotImplemented"), error(405, "MethodNotAllowed"), []],
  ["versioning", versions("Enabled"), unlocked, [/keeps older versions/]],
  ["versioning that was on", versions("Suspended"), unlocked, [/kept older versions/]],
  ["object lock", versions("Enabled"), locked, [/keeps older versions/, /object lock/]],
  [
    "what may not be asked",
    error(403, "AccessDenied"),
    error(403, "AccessDenied"),
    [/allow s3:GetBucketVersioning/, /allow s3:GetBucketObjectLockConfiguration/],
  ],
];
for (const [title, versioning, lock, sentences] of keeping) {
  test(`keepers of a bucket: ${title}`, async () => {
    await using bucket = await scripted(kept(versioning, lock));
    const found = await bucket.place.keepers();
    assert.equal(found.length, sentences.length, found.join("\n"));
    for (const [at, sentence] of sentences.entries()) assert.match(found[at] ?? "", sentence);
  });
}
