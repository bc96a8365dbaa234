/**
 * Octets of a command as text. Most are ASCII and take the short way; the others are UTF-8 (RFC 9051 section 4.3, and
 * what clients send in quoted strings whether or not they were allowed to), strictly decoded.
 */
import { latin1 } from "../bytes/latin1.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Gives the octets of a string whose characters are all below U+0100; higher ones lose their high bits. */
export function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

export function isAscii(octets: Uint8Array): boolean {
  for (const octet of octets) if (octet > 127) return false;
  return true;
}

/** Decodes UTF-8; undefined when it is not. */
export function fromUtf8(octets: Uint8Array): string | undefined {
  if (isAscii(octets)) return latin1(octets);
  try {
    return utf8.decode(octets);
  } catch {
    return undefined;
  }
}
