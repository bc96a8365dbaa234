/**
 * What the website's service is called and where browsers find it, the same in pages, letters, the portal and the settings
 * for mail programs. What the settings leave out is made of the first domain.
 */
import type { Settings } from "../../host/settings/settings.ts";

type SiteName = {
  readonly name: string;
  /** As `https://example.org`. */
  readonly origin: string;
  /** The first of ours. */
  readonly domain: string;
};

export function siteNameOf({
  siteName,
  siteOrigin,
  domains,
  hostName,
}: Pick<Settings, "siteName" | "siteOrigin" | "domains" | "hostName">): SiteName {
  const [domain = hostName] = domains;
  return { name: siteName ?? domain, origin: siteOrigin ?? `https://${domain}`, domain };
}
