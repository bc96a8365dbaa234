/** What one peer over HTTP may take of us: each limit with its unit and its reason. Passed in, so that tests can make them small. */
import { SECOND } from "../../host/clock.ts";

export type WebLimits = {
  /** Octets of a request's line and header fields together; beyond it 431. */
  readonly maxHeaderBytes: number;
  readonly maxConnections: number;
  /** Requests of one connection; then it is closed, so that none lives for ever. */
  readonly maxRequests: number;
  /** Wait for a whole header. */
  readonly headerTimeoutMs: number;
  /** Wait for a whole request. */
  readonly requestTimeoutMs: number;
  /** Wait for the next request of a connection: longer than from one scrape to the next, so that it is kept. */
  readonly idleTimeoutMs: number;
  /** How often Node looks for connections that took too long. */
  readonly checkEveryMs: number;
};

/** For the public: pages are small, and whoever waits long is not a browser. */
export const publicLimits: WebLimits = Object.freeze({
  maxHeaderBytes: 16 * 1024,
  maxConnections: 2000,
  maxRequests: 1000,
  headerTimeoutMs: 10 * SECOND,
  requestTimeoutMs: 20 * SECOND,
  idleTimeoutMs: 10 * SECOND,
  checkEveryMs: SECOND,
});

/** For a listener on loopback: one Prometheus and a person who looks. */
export const metricsLimits: WebLimits = Object.freeze({
  maxHeaderBytes: 8 * 1024,
  maxConnections: 32,
  maxRequests: 10_000,
  headerTimeoutMs: 5 * SECOND,
  requestTimeoutMs: 10 * SECOND,
  idleTimeoutMs: 70 * SECOND,
  checkEveryMs: SECOND,
});
