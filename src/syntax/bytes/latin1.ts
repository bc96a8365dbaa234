/** Octets as text, one character an octet. TextDecoder has no such charset: its `latin1` is windows-1252. */

/** What `String.fromCharCode` takes as arguments without filling the stack. */
const PIECE = 8192;

/** Makes a string of which each character is one octet. */
export function latin1(octets: Uint8Array): string {
  if (octets.length <= PIECE) return pieceOf(octets);
  let text = "";
  for (let at = 0; at < octets.length; at += PIECE) text += pieceOf(octets.subarray(at, at + PIECE));
  return text;
}

/** Spread out the octets would cost eight times as much. */
function pieceOf(octets: Uint8Array): string {
  return Reflect.apply(String.fromCharCode, undefined, octets);
}
