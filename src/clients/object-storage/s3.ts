/**
 * A bucket of an S3 server as a place for objects (AWS Signature Version 4, path style, so that every server understands
 * it). The library is loaded at the first request: it costs 0.2 s and 40 MB, which no worker without backups should pay.
 */
import type * as library from "@aws-sdk/client-s3";
import { type ObjectPlace, type PlacedObject, PlaceError } from "../../service/backup/place.ts";
import { keepersOf } from "./bucket-keepers.ts";
import type { Credentials } from "./credentials.ts";
import { checkName, checkPrefix, checkRange, checkSize } from "./object-name.ts";
import { codeOf, sentenceOf, statusOf } from "./s3-errors.ts";

type Loaded = { readonly s3: typeof library; readonly client: library.S3Client };

/** Of one request to delete: what the protocol allows. */
const NAMES_A_REQUEST = 1000;
/** Requests at one time where names must be deleted one by one. */
const SINGLE_DELETES = 8;

/** How long is waited, and how often is tried. */
type Patience = {
  readonly connectMs: number;
  readonly silenceMs: number;
  readonly attempts: number;
};
/** An object of 32 MiB over 5 Mbit/s needs 54 s; attempts wait longer from one to the next, 20 s at most. */
const PATIENCE: Patience = Object.freeze({ connectMs: 10_000, silenceMs: 120_000, attempts: 5 });

export type BucketOptions = {
  /** `https://HOST[:PORT]`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly credentials: Credentials;
  readonly patience?: Partial<Patience>;
};

export function openBucket(options: BucketOptions): ObjectPlace {
  return new Bucket(options);
}

class Bucket implements ObjectPlace {
  readonly label: string;
  readonly #options: BucketOptions;
  #loaded: Promise<Loaded> | undefined;
  /** Set when the server does not take many names in one request. */
  #deletesSingly = false;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.label = `bucket ${options.bucket} at ${new URL(options.endpoint).host}`;
  }

  async put(name: string, octets: Uint8Array): Promise<void> {
    checkName(name);
    checkSize(octets);
    return this.#ask("store an object", async ({ s3, client }) => {
      await client.send(
        new s3.PutObjectCommand({ ...this.#at(name), Body: octets, ContentType: "application/octet-stream" }),
      );
    });
  }

  async get(name: string, range?: { readonly from: number; readonly to: number }): Promise<Uint8Array | undefined> {
    checkName(name);
    if (range !== undefined) checkRange(range);
    return this.#ask("hand out an object", async ({ s3, client }) => {
      const some = range === undefined ? {} : { Range: `bytes=${range.from}-${range.to - 1}` };
      try {
        const { Body } = await client.send(new s3.GetObjectCommand({ ...this.#at(name), ...some }));
        return Body === undefined ? new Uint8Array() : await Body.transformToByteArray();
      } catch (error) {
        if (codeOf(error) === "NoSuchKey") return undefined;
        // The range starts behind the end of the object.
        if (codeOf(error) === "InvalidRange" || statusOf(error) === 416) return new Uint8Array();
        throw error;
      }
    });
  }

  async *list(prefix: string): AsyncGenerator<PlacedObject> {
    checkPrefix(prefix);
    const { bucket } = this.#options;
    let token: string | undefined;
    do {
      const since = token === undefined ? {} : { ContinuationToken: token };
      const page = await this.#ask("list objects", ({ s3, client }) =>
        client.send(new s3.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...since })),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? []) {
        if (Key === undefined || Size === undefined || LastModified === undefined)
          throw new PlaceError(`The ${this.label} lists objects without name, size or time.`);
        yield { name: Key, size: Size, writtenAt: LastModified.getTime() };
      }
      token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async delete(names: readonly string[]): Promise<void> {
    for (const name of names) checkName(name);
    for (let at = 0; at < names.length; at += NAMES_A_REQUEST) {
      const some = names.slice(at, at + NAMES_A_REQUEST);
      if (this.#deletesSingly || !(await this.#deleteTogether(some))) await this.#deleteSingly(some);
    }
  }

  keepers(): Promise<readonly string[]> {
    return this.#ask("say what it keeps", ({ s3, client }) => keepersOf(s3, client, this.#options.bucket));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const loaded = await this.#loaded;
    loaded?.client.destroy();
  }

  /** False when the server does not know this request as the library makes it: some ask for a Content-MD5. */
  #deleteTogether(names: readonly string[]): Promise<boolean> {
    return this.#ask("delete objects", async ({ s3, client }) => {
      const Delete = { Objects: names.map((Key) => ({ Key })), Quiet: true };
      let answer;
      try {
        answer = await client.send(new s3.DeleteObjectsCommand({ Bucket: this.#options.bucket, Delete }));
      } catch (error) {
        if (!NOT_TOGETHER.has(codeOf(error)) && statusOf(error) !== 501) throw error;
        this.#deletesSingly = true;
        return false;
      }
      const failed = (answer.Errors ?? []).filter(({ Code }) => Code !== "NoSuchKey").length;
      if (failed > 0) throw new PlaceError(`The ${this.label} did not delete ${failed} of ${names.length} objects.`);
      return true;
    });
  }

  async #deleteSingly(names: readonly string[]): Promise<void> {
    const left = names.values();
    const work = async (): Promise<void> => {
      for (const name of left)
        await this.#ask("delete objects", async ({ s3, client }) => {
          await client.send(new s3.DeleteObjectCommand(this.#at(name))).catch((error: unknown) => {
            if (codeOf(error) !== "NoSuchKey") throw error;
          });
        });
    };
    await Promise.all(Array.from({ length: SINGLE_DELETES }, work));
  }

  #at(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#options.bucket, Key: name };
  }

  /** Does the work with the library; what the server refuses becomes a sentence about this bucket. */
  async #ask<T>(what: string, work: (loaded: Loaded) => Promise<T>): Promise<T> {
    this.#loaded ??= load(this.#options);
    const loaded = await this.#loaded;
    try {
      return await work(loaded);
    } catch (error) {
      if (error instanceof PlaceError) throw error;
      throw new PlaceError(sentenceOf(error, this.label, what), { cause: error });
    }
  }
}

const NOT_TOGETHER: ReadonlySet<string> = new Set([
  "InvalidRequest",
  "MissingContentMD5",
  "NotImplemented",
  "MethodNotAllowed",
]);

async function load(options: BucketOptions): Promise<Loaded> {
  const s3 = await import("@aws-sdk/client-s3");
  const { connectMs, silenceMs, attempts } = { ...PATIENCE, ...options.patience };
  const quiet = (): void => {};
  const client = new s3.S3Client({
    endpoint: options.endpoint,
    region: options.region,
    credentials: options.credentials,
    forcePathStyle: true,
    maxAttempts: attempts,
    retryMode: "standard",
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: silenceMs,
      socketTimeout: silenceMs,
      throwOnRequestTimeout: true,
    },
    // The library warns on stderr, with what the server said.
    logger: { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  return { s3, client };
}
