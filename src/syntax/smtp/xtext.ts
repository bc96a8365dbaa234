/** The encoding of ESMTP parameter values that may hold any sign: xtext, RFC 3461 section 4. */

/** Reads xtext into octets, one a character; `undefined` when it is not xtext. */
export function decodeXtext(text: string): string | undefined {
  if (!/^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/.test(text)) return undefined;
  return text.replace(/\+([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** @param octets one octet a character. */
export function encodeXtext(octets: string): string {
  return octets.replace(
    /[^!-*,-<>-~]/g,
    (sign) => `+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}
