/** Where the control socket of a home is. The kernel bounds the length of its name, not of the folders behind it. */
import { isAbsolute, join, relative } from "node:path";
import { HostError } from "../host-error.ts";

/** The room in sockaddr_un without the closing zero: 103 octets on macOS, 107 on Linux. */
const MAX_PATH_BYTES = 103;

/** Names the socket as this process can reach it: relative to where it stands when the whole path is too long. */
export function controlPath(runFolder: string): string {
  const path = join(runFolder, "control");
  const shorter = isAbsolute(path) ? relative(process.cwd(), path) : path;
  const fitting = [path, shorter].find((candidate) => Buffer.byteLength(candidate) <= MAX_PATH_BYTES);
  if (fitting === undefined)
    throw new HostError(
      `the path of the home is too long for its control socket: use one below ${MAX_PATH_BYTES} octets`,
    );
  return fitting;
}
