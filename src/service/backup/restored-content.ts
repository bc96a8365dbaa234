/** Contents on their way back: fetched, opened, inflated, and parsed anew, so that what is derived is of today's program. */
import { createHash } from "node:crypto";
import { HostError } from "../../host/host-error.ts";
import type { AccountArchive, ArchivedContent, RestoredContent } from "../../store/account-archive.ts";
import { MessageParser } from "../../syntax/message/parse.ts";
import type { PackReader } from "./packs.ts";

/** Larger messages are given in their pieces. */
const WHOLE_BYTES: number = 256 * 1024;

/** The octets as received, in pieces. @throws HostError when they are not whole. */
export async function* receivedOctets(
  reader: PackReader,
  archive: Pick<AccountArchive, "inflate">,
  content: ArchivedContent,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const piece of reader.pieces(content)) {
    const octets = archive.inflate(piece);
    size += octets.length;
    yield octets;
  }
  if (size !== content.size)
    throw new HostError("a message in the set has another size than it had: the set is damaged");
}

/** As `AccountArchive.restore` and `MailWriter.append` take it; in memory, up to the size of one message. */
export async function restoredContent(
  reader: PackReader,
  archive: Pick<AccountArchive, "inflate">,
  content: ArchivedContent,
): Promise<RestoredContent> {
  const parser = new MessageParser();
  const pieces: Uint8Array[] = [];
  for await (const octets of receivedOctets(reader, archive, content)) {
    parser.write(octets);
    pieces.push(octets);
  }
  const derived = parser.end();
  const bytes = content.size <= WHOLE_BYTES ? new Uint8Array(Buffer.concat(pieces)) : undefined;
  return {
    content: {
      size: content.size,
      bytes,
      async *pieces() {
        if (bytes === undefined) yield* pieces;
        else yield bytes;
      },
    },
    derived,
  };
}

/** SHA-256 of the octets as received, hexadecimal. */
export async function digestOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const octets of pieces) hash.update(octets);
  return hash.digest("hex");
}
