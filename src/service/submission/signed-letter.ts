/** Signs what the service itself sends to the world, whole in memory. */
import { RelaxedBodyHash } from "../../rules/dkim/canonical.ts";
import { editedFields, HeaderSplitter } from "../../syntax/message/header-edit.ts";
import type { DkimSigner } from "./dkim-signer.ts";

const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Puts the signatures of `domain` before a letter; `undefined` when the domain has no key that signs yet.
 * @throws StoreError
 */
export async function signedLetter(
  signer: DkimSigner,
  domain: string,
  letter: Uint8Array,
  time: number,
): Promise<Uint8Array | undefined> {
  const header = new HeaderSplitter(MAX_HEADER_BYTES);
  const hash = new RelaxedBodyHash();
  const body = header.write(letter);
  if (body !== undefined) hash.write(body);
  const fields = editedFields(header.end());
  const signatures = await signer.sign({ domain, fields, bodyHash: hash.end(), time });
  return signatures === "" ? undefined : Buffer.concat([Buffer.from(signatures, "latin1"), letter]);
}
