/** What mail programs are told of this installation: the same in the documents that the website serves and in the DNS. */
import type { Settings } from "../../host/settings/settings.ts";
import type { MailServices } from "../../rules/client-settings/mail-services.ts";
import type { ServedSettings } from "../../rules/dns-zone/settings-zone.ts";

export function mailServicesOf(settings: Settings): MailServices {
  const { hostName, domains, imapListen, submissionListen, submissionStarttlsListen, siteName, siteOrigin } = settings;
  const [domain = ""] = domains;
  return {
    name: siteName ?? domain,
    hostName,
    imaps: imapListen[0]?.port,
    submissions: submissionListen[0]?.port,
    submission: submissionStarttlsListen[0]?.port,
    documentation: `${siteOrigin ?? `https://${domain}`}/docs/settings`,
  };
}

/** `undefined`: no website serves them. */
export function servedSettingsOf(settings: Settings): ServedSettings | undefined {
  const webPort = settings.webListen[0]?.port;
  return settings.siteServe && webPort !== undefined ? { services: mailServicesOf(settings), webPort } : undefined;
}
