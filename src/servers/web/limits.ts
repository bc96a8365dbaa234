/** What one peer over HTTP may take of us: each limit with its unit and its reason. Passed in, so that tests can make them small. */
import { SECOND } from "../../host/clock.ts";

export type WebLimits = {
  /** Octets of a request's line and header fields together; beyond it 431. */
  readonly maxHeaderBytes: number;
  /** Octets of a form; beyond it 413. */
  readonly maxBodyBytes: number;
  /** Of the service; each worker has its share. */
  readonly maxConnections: number;
  /** Of these, from one IPv4 address or one IPv6 network of 64 bits: many people share one. */
  readonly maxConnectionsPerPeer: number;
  /** Requests of one connection; then it is closed, so that none lives for ever. */
  readonly maxRequests: number;
  /** Wait for a handshake, and for a whole header. */
  readonly headerTimeoutMs: number;
  /** Wait for a whole request. */
  readonly requestTimeoutMs: number;
  /** Wait for the next request of a connection: longer than from one scrape to the next, so that it is kept. */
  readonly idleTimeoutMs: number;
  /** Wait for a peer that takes nothing of its answer. */
  readonly stallTimeoutMs: number;
  /** How often Node looks for connections that took too long. */
  readonly checkEveryMs: number;
};

/** For the public: pages are small, and whoever waits long is not a browser. */
export const publicLimits: WebLimits = Object.freeze({
  maxHeaderBytes: 16 * 1024,
  maxBodyBytes: 64 * 1024,
  maxConnections: 2000,
  maxConnectionsPerPeer: 100,
  maxRequests: 1000,
  headerTimeoutMs: 10 * SECOND,
  requestTimeoutMs: 20 * SECOND,
  idleTimeoutMs: 10 * SECOND,
  stallTimeoutMs: 30 * SECOND,
  checkEveryMs: SECOND,
});

/** For a listener on loopback: one Prometheus and a person who looks. */
export const metricsLimits: WebLimits = Object.freeze({
  maxHeaderBytes: 8 * 1024,
  maxBodyBytes: 0,
  maxConnections: 32,
  maxConnectionsPerPeer: 32,
  maxRequests: 10_000,
  headerTimeoutMs: 5 * SECOND,
  requestTimeoutMs: 10 * SECOND,
  idleTimeoutMs: 70 * SECOND,
  stallTimeoutMs: 10 * SECOND,
  checkEveryMs: SECOND,
});
