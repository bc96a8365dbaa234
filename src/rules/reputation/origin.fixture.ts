/** Where made-up mail comes from, for tests of what reputation makes of it. */
import type { Origin } from "./origin.ts";

/** DMARC, SPF and a signature speak for the domain of the author. */
export const verifiedFrom = (author: string): Origin => ({
  network: "192.0.2",
  isNamed: true,
  author,
  isAuthorVerified: true,
  isDmarcPass: true,
  spfDomain: author,
  signers: [author],
  isOpen: false,
});

/** Nothing speaks for it, and its host has no name. */
export const doubtfulFrom = (author: string): Origin => ({
  ...verifiedFrom(author),
  isNamed: false,
  isAuthorVerified: false,
  isDmarcPass: false,
  spfDomain: undefined,
  signers: [],
});
