/** The file with what opens a bucket: access key id and secret, a line each, readable by the service's user alone. */
import { open } from "node:fs/promises";
import { PlaceError } from "../../service/backup/place.ts";

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string };

/** @throws PlaceError when the file is missing, may be read by others, or holds something else. */
export async function readCredentials(path: string): Promise<Credentials> {
  await using file = await open(path, "r").catch((error: unknown) => {
    throw new PlaceError(`The credentials file ${path} cannot be read; look at its owner and mode.`, { cause: error });
  });
  const { mode } = await file.stat();
  if ((mode & 0o077) !== 0)
    throw new PlaceError(`The credentials file ${path} may be read by others; set its mode to 0600.`);
  const [accessKeyId, secretAccessKey, ...more] = (await file.readFile("latin1")).trimEnd().split(/\r?\n/);
  const plain = (text: string | undefined): text is string => text !== undefined && /^[\x21-\x7e]{1,256}$/.test(text);
  if (!plain(accessKeyId) || !plain(secretAccessKey) || more.length > 0)
    throw new PlaceError(`The credentials file ${path} must hold two lines: the access key id, then the secret.`);
  return { accessKeyId, secretAccessKey };
}
