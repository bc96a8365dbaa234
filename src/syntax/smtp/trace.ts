/**
 * The fields that we put before a message from outside: Return-Path and Received (RFC 5321 section 4.4), always four
 * lines, so that what came can be found behind them again.
 *
 * A Return-Path that is in the message stays: the octets are kept as they came, and the first one of two is ours.
 */

export type Trace = {
  /** As it stands between the angle brackets; empty for the null path. */
  readonly sender: string;
  readonly helo: string;
  readonly peerAddress: string;
  readonly host: string;
  /** RFC 3848 section 3, RFC 6531 section 4.3. */
  readonly protocol: string;
  /** What TLS agreed on, for people. */
  readonly tls: string | undefined;
  readonly id: string;
  /** Only when there is one: who else got a message is nobody's business. */
  readonly recipient: string | undefined;
  /** Epoch milliseconds. */
  readonly time: number;
};

const LINES = 4;

/** Writes the four lines, as UTF-8. */
export function encodeTrace(trace: Trace): Uint8Array {
  const peer = trace.peerAddress.includes(":") ? `IPv6:${trace.peerAddress}` : trace.peerAddress;
  const tls = trace.tls === undefined ? "" : ` (${safe(trace.tls)})`;
  const recipient = trace.recipient === undefined ? "" : ` for <${safe(trace.recipient)}>`;
  return new TextEncoder().encode(
    `Return-Path: <${safe(trace.sender)}>\r\n` +
      `Received: from ${safe(trace.helo)} ([${safe(peer)}])\r\n` +
      `\tby ${safe(trace.host)} with ${trace.protocol}${tls} id ${trace.id}${recipient};\r\n` +
      `\t${formatDate(trace.time)}\r\n`,
  );
}

/** Where the message as it came begins in octets that `encodeTrace` opened. */
export function traceEnd(octets: Uint8Array): number {
  let end = 0;
  for (let n = 0; n < LINES; n++) end = octets.indexOf(10, end) + 1;
  return end;
}

/** No value may end a line or leave its comment. */
const safe = (text: string): string => text.replace(/\p{Cc}/gu, "?");

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Writes a date-time of RFC 5322 section 3.3, in UTC. @param time epoch milliseconds */
export function formatDate(time: number): string {
  const date = new Date(time);
  const two = (n: number): string => String(n).padStart(2, "0");
  return (
    `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ` +
    `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
  );
}
