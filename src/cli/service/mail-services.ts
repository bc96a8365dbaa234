/** What mail programs are told of this installation: the same in the documents that the website serves and in the DNS. */
import type { Settings } from "../../host/settings/settings.ts";
import type { MailServices } from "../../rules/client-settings/mail-services.ts";
import type { ServedSettings } from "../../rules/dns-zone/settings-zone.ts";
import { siteNameOf } from "./site-name.ts";

export function mailServicesOf(settings: Settings): MailServices {
  const { hostName, imapListen, submissionListen, submissionStarttlsListen } = settings;
  const { name, origin } = siteNameOf(settings);
  return {
    name,
    hostName,
    imaps: imapListen[0]?.port,
    submissions: submissionListen[0]?.port,
    submission: submissionStarttlsListen[0]?.port,
    documentation: `${origin}/docs/settings`,
  };
}

/** `undefined`: no website serves them. */
export function servedSettingsOf(settings: Settings): ServedSettings | undefined {
  const webPort = settings.webListen[0]?.port;
  return settings.siteServe && webPort !== undefined ? { services: mailServicesOf(settings), webPort } : undefined;
}
