/** Opens the place that a setting names: a folder or a bucket. */
import type { Clock } from "../../host/clock.ts";
import type { PlaceAddress } from "../../host/settings/settings.ts";
import { type ObjectPlace, PlaceError } from "../../service/backup/place.ts";
import { readCredentials } from "./credentials.ts";
import { openFolderPlace } from "./folder.ts";
import { openBucket } from "./s3.ts";

export type PlaceOptions = {
  readonly address: PlaceAddress;
  /** For a bucket: the file with access key id and secret. */
  readonly credentialsFile: string | undefined;
  /** The service's own folder, to say when a backup folder is on the same disk. */
  readonly home: string;
  readonly clock: Clock;
};

/**
 * A bucket is not asked anything yet: `keepers()` is the first that shows whether it answers.
 * @throws PlaceError when the folder is missing or the credentials cannot be read.
 */
export async function openPlace(options: PlaceOptions): Promise<ObjectPlace> {
  const { address, credentialsFile, home, clock } = options;
  if (address.kind === "folder") return openFolderPlace({ path: address.path, clock, home });
  if (credentialsFile === undefined)
    throw new PlaceError(`The bucket ${address.bucket} needs a file with its credentials.`);
  return openBucket({ ...address, credentials: await readCredentials(credentialsFile) });
}
