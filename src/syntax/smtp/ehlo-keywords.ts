/**
 * What a server offers, as its answer to EHLO says (RFC 5321 section 4.1.1.1): a line for each extension, its keyword and
 * parameters. What is not known here, or not in the form its RFC asks, is not offered.
 */

export type Extensions = {
  /** RFC 2920. */
  readonly pipelining: boolean;
  /** RFC 1870: `undefined` when not offered; `maxBytes` is `undefined` where there is no fixed limit. */
  readonly size: { readonly maxBytes: number | undefined } | undefined;
  /** RFC 6152. */
  readonly eightBitMime: boolean;
  /** RFC 6531. */
  readonly smtpUtf8: boolean;
  /** RFC 3030. */
  readonly chunking: boolean;
  /** RFC 3030: only together with `chunking`. */
  readonly binaryMime: boolean;
  /** RFC 3461. */
  readonly dsn: boolean;
  /** RFC 3207. */
  readonly startTls: boolean;
  /** RFC 8689. */
  readonly requireTls: boolean;
  /** RFC 4954: mechanisms in capitals. */
  readonly auth: ReadonlySet<string>;
  readonly limits: TransactionLimits;
};

/** RFC 9422; `undefined`: nothing is said. */
export type TransactionLimits = {
  readonly mailMax: number | undefined;
  readonly rcptMax: number | undefined;
  readonly rcptDomainMax: number | undefined;
};

const noLimits: TransactionLimits = { mailMax: undefined, rcptMax: undefined, rcptDomainMax: undefined };

/** What a server offers that knows only HELO. */
export const noExtensions: Extensions = {
  pipelining: false,
  size: undefined,
  eightBitMime: false,
  smtpUtf8: false,
  chunking: false,
  binaryMime: false,
  dsn: false,
  startTls: false,
  requireTls: false,
  auth: new Set(),
  limits: noLimits,
};

/** @param lines all of the reply, the greeting first. */
export function parseEhlo(lines: readonly string[]): Extensions {
  const offered = new Map<string, readonly string[]>();
  for (const line of lines.slice(1)) {
    // `AUTH=LOGIN PLAIN` is how servers wrote it before AUTH was a standard.
    const [keyword = "", ...parameters] = line
      .trim()
      .replace(/^AUTH=/i, "AUTH ")
      .split(/ +/);
    const name = keyword.toUpperCase();
    offered.set(name, [...(offered.get(name) ?? []), ...parameters]);
  }
  const chunking = offered.has("CHUNKING");
  const size = offered.get("SIZE");
  return {
    pipelining: offered.has("PIPELINING"),
    size: size === undefined ? undefined : { maxBytes: positive(size[0]) },
    eightBitMime: offered.has("8BITMIME"),
    smtpUtf8: offered.has("SMTPUTF8"),
    chunking,
    binaryMime: chunking && offered.has("BINARYMIME"),
    dsn: offered.has("DSN"),
    startTls: offered.has("STARTTLS"),
    requireTls: offered.has("REQUIRETLS"),
    auth: new Set(offered.get("AUTH")?.map((mechanism) => mechanism.toUpperCase())),
    limits: parseLimits(offered.get("LIMITS") ?? []),
  };
}

function parseLimits(parameters: readonly string[]): TransactionLimits {
  const limit = (name: string): number | undefined =>
    positive(parameters.find((parameter) => parameter.toUpperCase().startsWith(`${name}=`))?.slice(name.length + 1));
  return { mailMax: limit("MAILMAX"), rcptMax: limit("RCPTMAX"), rcptDomainMax: limit("RCPTDOMAINMAX") };
}

/** Zero is no limit (RFC 1870 section 3), and a limit that no number holds is none either. */
function positive(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined;
  const value = Number(text);
  return value > 0 && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}
