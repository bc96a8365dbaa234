/**
 * Gives a report on TLS to the HTTPS server that a domain has named (RFC 8460 section 5.4): one POST, no redirect, nothing
 * about us but the report, bounded in time, the answer's body unread.
 *
 * The certificate is not asked for: a domain whose mail servers show a wrong one may well show it here too, and then would
 * never hear of it (RFC 8460 sections 3, 7). What a report says can be counted by whoever is on the way anyhow.
 */
import { request } from "node:https";
import { type Clock, SECOND, systemClock } from "../../host/clock.ts";
import type { Posted, ReportPost } from "../../service/tls-reports/send-report.ts";

export type ReportPostOptions = {
  /** The addresses of a host that may be connected to, best first; none when there are none, or when that cannot be said now. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  readonly clock?: Clock;
  readonly limits?: Partial<ReportPostLimits>;
};

/** `timeoutMs` is for all addresses together. */
export type ReportPostLimits = { readonly timeoutMs: number; readonly maxAddresses: number };

const LIMITS: ReportPostLimits = Object.freeze({ timeoutMs: 30 * SECOND, maxAddresses: 4 });
const HTTPS_PORT = 443;
/** Request timeout, too early, too many requests: of all below 500 these may be gone the next time. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** Makes the function; `url` is one that `readReportPlaces` gave. */
export function createReportPost(options: ReportPostOptions): ReportPost {
  const { addressesOf, clock = systemClock } = options;
  const limits = { ...LIMITS, ...options.limits };
  return async (url, report) => {
    const target = new URL(url);
    const abort = new AbortController();
    using _timer = clock.after(limits.timeoutMs, () => abort.abort());
    for (const address of (await addressesOf(target.hostname)).slice(0, limits.maxAddresses)) {
      if (abort.signal.aborted) break;
      const code = await postTo(address, target, report, abort.signal);
      if (code !== undefined) return postedOf(code);
    }
    return { kind: "failed", code: undefined, isFinal: false };
  };
}

/** RFC 8460 section 5.4: "successful" is enough. */
function postedOf(code: number): Posted {
  if (code >= 200 && code < 300) return { kind: "taken" };
  return { kind: "failed", code, isFinal: code < 500 && !PASSING.has(code) };
}

/** The code of the answer; `undefined`: there was none, another address may be better. */
function postTo(address: string, target: URL, report: Uint8Array, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asking = request({
      method: "POST",
      host: address,
      port: target.port === "" ? HTTPS_PORT : Number(target.port),
      path: `${target.pathname}${target.search}`,
      headers: { host: target.host, "content-type": "application/tlsrpt+gzip", "content-length": report.length },
      servername: target.hostname,
      // No connection is kept, and no proxy or agent of the process has a part in it.
      agent: false,
      signal,
      minVersion: "TLSv1.2",
      rejectUnauthorized: false,
    });
    asking.on("error", () => resolve(undefined));
    asking.on("response", (response) => {
      response.on("error", () => {});
      resolve(response.statusCode);
      asking.destroy();
    });
    asking.end(report);
  });
}
