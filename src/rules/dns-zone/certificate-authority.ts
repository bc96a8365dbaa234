/** The names by which authorities answer to CAA records, found by the organisation that a certificate names as its issuer. */

/** As their documents say; other authorities are not known here, and then nothing is claimed. */
const AUTHORITIES: Readonly<Record<string, string>> = {
  "let's encrypt": "letsencrypt.org",
  zerossl: "sectigo.com",
  "sectigo limited": "sectigo.com",
  "google trust services": "pki.goog",
  "google trust services llc": "pki.goog",
  "buypass as-983163327": "buypass.com",
  "digicert inc": "digicert.com",
  "digicert, inc.": "digicert.com",
  "ssl corporation": "ssl.com",
  "globalsign nv-sa": "globalsign.com",
  "actalis s.p.a.": "actalis.it",
};

/** @param issuer as Node writes a distinguished name: an attribute a line, `O=Let's Encrypt`. */
export function authorityOf(issuer: string): string | undefined {
  const organisation = issuer
    .split("\n")
    .find((line) => line.startsWith("O="))
    ?.slice("O=".length)
    .toLowerCase();
  return organisation === undefined || !Object.hasOwn(AUTHORITIES, organisation)
    ? undefined
    : AUTHORITIES[organisation];
}
