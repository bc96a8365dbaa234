/** Where a scanner listens: a port of a machine, or a socket in the file system. */
import { isIP } from "node:net";

export type Place =
  | { readonly kind: "port"; readonly host: string; readonly port: number }
  | { readonly kind: "socket"; readonly path: string };

/** Tells whether what is said there stays on this machine; mail travels to scanners in the clear. */
export function isLocal(place: Place): boolean {
  if (place.kind === "socket") return true;
  const { host } = place;
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** What `net.connect` and `http.request` take. */
export function connectOptions(
  place: Place,
): { readonly path: string } | { readonly host: string; readonly port: number } {
  return place.kind === "socket" ? { path: place.path } : { host: place.host, port: place.port };
}

/** The finding about a scanner that is elsewhere, if it is. */
export function findingsOfPlace(place: Place, scanner: string): readonly string[] {
  if (isLocal(place)) return [];
  return [
    `${scanner} is not on this machine, and mail goes to it unencrypted; let it listen on loopback or a socket, or put a tunnel between.`,
  ];
}
