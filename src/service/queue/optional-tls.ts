/**
 * Mail whose sender says that TLS is optional (RFC 8689 section 4.2.2, `TLS-Required: No`): it has destinations of its own in
 * the queue, and hosts of its own. So it neither rests nor waits behind mail to the same domain that a policy keeps back,
 * which is what such mail is mostly written about, and that it was taken says nothing of the other.
 */
import type { TlsWish } from "../../store/outbound-queue.ts";
import type { Route, RouteHost } from "./route.ts";

/** No domain has a colon. */
const PREFIX = "tls-optional:";

/** What the queue calls the domain for such mail. */
export const placeOf = (domain: string, wish: TlsWish): string => (wish === "optional" ? PREFIX + domain : domain);

/** The domain that a destination of the queue stands for. */
export const domainOfPlace = (destination: string): string =>
  destination.startsWith(PREFIX) ? destination.slice(PREFIX.length) : destination;

/** All names that the queue has for a domain. */
export const placesOf = (domain: string): readonly [string, string] => [domain, PREFIX + domain];

/**
 * The hosts for mail with this wish; none where there is no way. Where TLS is optional, hosts that only a policy leaves out
 * come last: the policy is followed as long as it leads anywhere.
 */
export function hostsFor(route: Route, wish: TlsWish): readonly RouteHost[] {
  const hosts = route.kind === "hosts" ? route.hosts : [];
  if (wish !== "optional") return hosts;
  const others = route.findings.leftOut.flatMap(({ name, addresses = [] }): readonly RouteHost[] =>
    addresses.length === 0
      ? []
      : [{ name, addresses, tls: { kind: "opportunistic" }, nameIsSure: false, isBeyondPolicy: true }],
  );
  return [...hosts, ...others];
}
