/**
 * Gets the file of an MTA-STS policy (RFC 8461 section 3.3): over TLS with a certificate for exactly this name, no redirect,
 * no cache, plain text, bounded in size and time. Whoever is asked learns that this server has mail for the domain, and
 * nothing else.
 */
import { request } from "node:https";
import { checkServerIdentity, type PeerCertificate, TLSSocket } from "node:tls";
import { type Clock, MINUTE, systemClock } from "../../host/clock.ts";
import type { FetchedPolicy, FetchPolicy } from "../../service/queue/route-sts.ts";

export type PolicyFetchOptions = {
  /** The addresses of a host, best first; none when there are none, or when that cannot be said now. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  readonly clock?: Clock;
  /** Authorities in PEM, in place of those that Node knows. */
  readonly authorities?: string;
  /** Default 443. */
  readonly port?: number;
  readonly limits?: Partial<PolicyFetchLimits>;
};

/** As RFC 8461 section 3.3 suggests them; `timeoutMs` is for all addresses together. */
export type PolicyFetchLimits = {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly maxAddresses: number;
};

const LIMITS: PolicyFetchLimits = Object.freeze({ timeoutMs: MINUTE, maxBytes: 64 * 1024, maxAddresses: 4 });

const NOT_FETCHED: FetchedPolicy = Object.freeze({ kind: "failed", why: "fetch" });
const NOT_TRUSTED: FetchedPolicy = Object.freeze({ kind: "failed", why: "webpki" });

export function createPolicyFetch(options: PolicyFetchOptions): FetchPolicy {
  const { clock = systemClock } = options;
  const limits = { ...LIMITS, ...options.limits };
  return async (domain) => {
    const abort = new AbortController();
    using _timer = clock.after(limits.timeoutMs, () => abort.abort());
    const host = `mta-sts.${domain}`;
    let last = NOT_FETCHED;
    for (const address of (await options.addressesOf(host)).slice(0, limits.maxAddresses)) {
      if (abort.signal.aborted) break;
      const got = await getFrom(address, host, options, limits.maxBytes, abort.signal);
      if (got === "unreachable") continue;
      last = got;
      if (got.kind === "fetched") break;
    }
    return last;
  };
}

/** `unreachable`: another address may be better. */
function getFrom(
  address: string,
  host: string,
  { port = 443, authorities }: PolicyFetchOptions,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FetchedPolicy | "unreachable"> {
  return new Promise((resolve) => {
    const asking = request({
      host: address,
      port,
      path: "/.well-known/mta-sts.txt",
      headers: { host: port === 443 ? host : `${host}:${port}`, accept: "text/plain" },
      servername: host,
      // No connection is kept, and no proxy or agent of the process has a part in it.
      agent: false,
      signal,
      minVersion: "TLSv1.2",
      rejectUnauthorized: true,
      checkServerIdentity: (_name: string, certificate: PeerCertificate) => checkName(host, certificate),
      ...(authorities === undefined ? {} : { ca: authorities }),
    });
    asking.on("error", () => {
      const { socket } = asking;
      const isTrust = socket instanceof TLSSocket && Boolean(socket.authorizationError);
      resolve(isTrust ? NOT_TRUSTED : "unreachable");
    });
    asking.on("response", (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      const give = (value: FetchedPolicy): void => {
        resolve(value);
        asking.destroy();
      };
      if (response.statusCode !== 200 || !isPlainText(response.headers["content-type"])) return give(NOT_FETCHED);
      response.on("data", (piece: Buffer) => {
        size += piece.length;
        if (size > maxBytes) give(NOT_FETCHED);
        else pieces.push(piece);
      });
      response.on("error", () => give(NOT_FETCHED));
      response.on("close", () =>
        give(response.complete ? { kind: "fetched", text: Buffer.concat(pieces).toString("latin1") } : NOT_FETCHED),
      );
    });
    asking.end();
  });
}

/** Only DNS names count, and a wildcard only as a whole first label (RFC 8461 section 3.3). */
function checkName(host: string, certificate: PeerCertificate): Error | undefined {
  const names = (certificate.subjectaltname ?? "").split(", ").filter((name) => name.startsWith("DNS:"));
  if (names.length === 0) return new Error("The certificate has no DNS name.");
  const whole = names.filter((name) => !/^DNS:[^.]*\*/.test(name) || name.startsWith("DNS:*."));
  return checkServerIdentity(host, { ...certificate, subjectaltname: whole.join(", ") });
}

const isPlainText = (type: string | undefined): boolean =>
  type !== undefined && /^text\/plain[ \t]*(?:;|$)/i.test(type);
