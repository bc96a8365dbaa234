/** Addresses of this machine alone, which nobody else can answer for. */
import { isIPv4 } from "node:net";

/** A name is none, whatever it begins with. */
export const isLoopback = (address: string): boolean =>
  isIPv4(address) ? address.startsWith("127.") : address === "::1";

/** Whether some are of this machine and others are not. */
export const isMixed = (addresses: readonly string[]): boolean => new Set(addresses.map(isLoopback)).size > 1;
