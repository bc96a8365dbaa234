/** What an S3 server or the way to it answered, as sentences for the operator. They never quote the server's own text. */

/** The protocol's name of the error (`NoSuchKey`), or the machine's (`ECONNREFUSED`); `unknown` when there is none. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return /^[A-Za-z0-9_.]{1,64}$/.test(code) ? code : "unknown";
}

/** Of the HTTP answer; `undefined` when there was none. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("$metadata" in error)) return undefined;
  const { $metadata: metadata } = error;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}

const SENTENCES: Readonly<Record<string, string>> = {
  SignatureDoesNotMatch: "refuses the secret: it is not that of the access key id",
  InvalidAccessKeyId: "does not know the access key id",
  AccessDenied: "does not allow it to this access key",
  NoSuchBucket: "has no such bucket: make it, without versioning and object lock",
  RequestTimeTooSkewed: "has another time than this machine: set the clock",
  PermanentRedirect: "is in another region: say so in the setting (?region=)",
  AuthorizationHeaderMalformed: "is in another region: say so in the setting (?region=)",
  QuotaExceeded: "has no space left for this access key",
  SlowDown: "asks for fewer requests",
  BadDigest: "received other octets than were sent",
  TimeoutError: "does not answer in time",
  ENOTFOUND: "has no address: look at the name of the host",
  EAI_AGAIN: "has no address at the moment: look at the resolver",
  ECONNREFUSED: "refuses connections",
  ECONNRESET: "broke off the connection",
  ETIMEDOUT: "does not answer in time",
  EHOSTUNREACH: "cannot be reached",
  ENETUNREACH: "cannot be reached",
  CERT_HAS_EXPIRED: "shows a certificate that has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "shows a certificate that nobody vouches for",
  SELF_SIGNED_CERT_IN_CHAIN: "shows a certificate that nobody vouches for",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "shows a certificate that nobody vouches for",
  ERR_TLS_CERT_ALTNAME_INVALID: "shows a certificate of another name",
};

/** `label`: of the bucket; `what`: what it was asked to do. */
export function sentenceOf(error: unknown, label: string, what: string): string {
  const code = codeOf(error);
  const status = statusOf(error);
  const known = Object.hasOwn(SENTENCES, code) ? SENTENCES[code] : undefined;
  if (known !== undefined) return `The ${label} ${known}.`;
  if (status !== undefined && status >= 500) return `The ${label} is not able to ${what} now (${code}, ${status}).`;
  return `The ${label} would not ${what} (${code}${status === undefined ? "" : `, ${status}`}).`;
}
