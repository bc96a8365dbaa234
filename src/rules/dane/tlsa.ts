/** TLSA records: which of them a mail server's certificate can be held against (RFC 7672 section 3.1, RFC 7671). */

/** As the DNS has it (RFC 6698 section 2.1). */
export type TlsaRecord = {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  /** The certificate association data. */
  readonly data: Uint8Array;
};
