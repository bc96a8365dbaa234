/** What a bucket is set to keep after a deletion: such a bucket breaks the promise that backups are gone in 10 days. */
import type * as library from "@aws-sdk/client-s3";
import { codeOf, statusOf } from "./s3-errors.ts";

/** Sentences, empty when nothing is kept. What the key may not ask counts as kept: nobody could know. */
export async function keepersOf(
  s3: typeof library,
  client: library.S3Client,
  bucket: string,
): Promise<readonly string[]> {
  const versions = await setting("versioning", "s3:GetBucketVersioning", async () => {
    const { Status } = await client.send(new s3.GetBucketVersioningCommand({ Bucket: bucket }));
    if (Status === "Enabled")
      return "The bucket keeps older versions of objects: use one on which versioning was never on.";
    if (Status === "Suspended")
      return "The bucket kept older versions of objects and may still hold them: use one on which versioning was never on.";
    return undefined;
  });
  const lock = await setting("object lock", "s3:GetBucketObjectLockConfiguration", async () => {
    const { ObjectLockConfiguration } = await client.send(new s3.GetObjectLockConfigurationCommand({ Bucket: bucket }));
    return ObjectLockConfiguration?.ObjectLockEnabled === "Enabled"
      ? "The bucket has object lock, which can forbid to delete: use one without it."
      : undefined;
  });
  return [versions, lock].filter((sentence) => sentence !== undefined);
}

/** Servers that have no such thing say so in several ways. */
const HAS_NONE: ReadonlySet<string> = new Set([
  "NotImplemented",
  "MethodNotAllowed",
  "ObjectLockConfigurationNotFoundError",
  "NoSuchObjectLockConfiguration",
]);

async function setting(
  name: string,
  permission: string,
  ask: () => Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (HAS_NONE.has(codeOf(error)) || statusOf(error) === 501 || statusOf(error) === 405) return undefined;
    if (codeOf(error) === "AccessDenied")
      return `The bucket does not tell this key whether it has ${name}: allow ${permission}.`;
    throw error;
  }
}
