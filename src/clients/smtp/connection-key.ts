/**
 * All that makes one connection as good as another, but for its address: the host, who we are there, and what TLS had to
 * show. What was opened for mail that goes whatever TLS comes to is never used for other mail.
 */
import type { TlsPolicy } from "../../service/queue/route.ts";
import type { RelayHost } from "./delivered.ts";

/** One host is asked for at each message, when it is taken up and when it is put back. */
const keys = new WeakMap<RelayHost, string>();

/** Returns the same text for hosts of the same content, in whatever order the DNS gave it. */
export function connectionKey(host: RelayHost): string {
  const known = keys.get(host);
  if (known !== undefined) return known;
  const { name, port, implicitTls, credentials, nameIsSure, isTlsOptional, tls } = host;
  const user = credentials === undefined ? "" : JSON.stringify(credentials.user);
  const key = [name, port, implicitTls, nameIsSure, isTlsOptional, policyKey(tls), user].join("\n");
  keys.set(host, key);
  return key;
}

function policyKey(tls: TlsPolicy): string {
  switch (tls.kind) {
    case "opportunistic":
    case "encrypted":
      return tls.kind;
    case "mta-sts":
      return `${tls.kind} ${tls.mode}`;
    case "dane": {
      const records = tls.records.map(
        ({ usage, selector, matchingType, data }) =>
          `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString("base64")}`,
      );
      return [tls.kind, tls.serverName, tls.names.join(" "), ...records.toSorted()].join(",");
    }
  }
}
