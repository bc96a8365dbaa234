/** Buckets against a real S3 server: Ceph's object gateway, started once for this file, a bucket for each test. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, type TestContext, test } from "node:test";
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from "@aws-sdk/client-s3";
import { placeContract } from "../../src/clients/object-storage/place-contract.fixture.ts";
import { openBucket } from "../../src/clients/object-storage/s3.ts";
import { type ObjectPlace, PlaceError } from "../../src/service/backup/place.ts";
import { need } from "./program.ts";
import { CEPH_PROGRAMS, type Ceph, startCeph } from "./s3/ceph.ts";

let ceph: Ceph | undefined;
after(() => ceph?.[Symbol.asyncDispose]());

/** False when Ceph is not installed here; the first test that asks starts it. */
async function ready(context: TestContext): Promise<boolean> {
  if (!need(context, ...CEPH_PROGRAMS)) return false;
  ceph ??= await startCeph();
  return true;
}

type Kind = "plain" | "versioned" | "versioned before" | "locked";

function running(): Ceph {
  assert.ok(ceph, "Ceph runs");
  return ceph;
}

async function makeBucket(kind: Kind): Promise<string> {
  const { endpoint, credentials } = running();
  const client = new S3Client({ endpoint, credentials, region: "us-east-1", forcePathStyle: true });
  const bucket = `b-${randomUUID()}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: kind === "locked" }));
  const version = (Status: "Enabled" | "Suspended") =>
    client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status } }));
  if (kind === "versioned" || kind === "versioned before") await version("Enabled");
  if (kind === "versioned before") await version("Suspended");
  client.destroy();
  return bucket;
}

async function freshPlace(kind: Kind, more: { readonly secret?: string } = {}): Promise<ObjectPlace> {
  const { endpoint, credentials } = running();
  const { accessKeyId, secretAccessKey } = credentials;
  return openBucket({
    endpoint,
    bucket: await makeBucket(kind),
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey: more.secret ?? secretAccessKey },
  });
}

placeContract({ name: "bucket of Ceph", open: () => freshPlace("plain"), pages: 2_100, ready });

const keeping: readonly (readonly [kind: Kind, sentences: readonly RegExp[]])[] = [
  ["versioned", [/keeps older versions/]],
  ["versioned before", [/kept older versions/]],
  ["locked", [/keeps older versions/, /object lock/]],
];
for (const [kind, sentences] of keeping) {
  test(`a bucket that is ${kind} is known to keep what was deleted`, async (context) => {
    if (!(await ready(context))) return;
    await using place = await freshPlace(kind);
    const found = await place.keepers();
    assert.equal(found.length, sentences.length, found.join("\n"));
    for (const [at, sentence] of sentences.entries()) assert.match(found[at] ?? "", sentence);
  });
}

test("a wrong secret and a missing bucket are sentences that say so", async (context) => {
  if (!(await ready(context))) return;
  await using wrong = await freshPlace("plain", { secret: "another" });
  await assert.rejects(wrong.put("a", new Uint8Array([1])), /refuses the secret/);
  await assert.rejects(wrong.keepers(), PlaceError);
  const { endpoint, credentials } = running();
  await using none = openBucket({ endpoint, credentials, bucket: "none", region: "us-east-1" });
  await assert.rejects(none.put("a", new Uint8Array([1])), /has no such bucket/);
  await assert.rejects(none.get("a"), /has no such bucket/);
  await assert.rejects(none.keepers(), /has no such bucket/);
});
