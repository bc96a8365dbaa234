/** What the pages of the website are made with: their folder, the plans, and what the settings say in places of the text. */
import { resolve } from "node:path";
import type { Settings } from "../../host/settings/settings.ts";
import type { Language } from "../../servers/web/site/language.ts";
import type { SiteOptions } from "../../servers/web/site/site.ts";
import type { Values } from "../../servers/web/site/values.ts";
import { sizeIn } from "../../servers/web/site/words.ts";
import { shownPlans } from "./shown-plans.ts";
import { siteNameOf } from "./site-name.ts";

/** Of this program. */
const PAGES = resolve(import.meta.dirname, "../../../site");

export function siteOptionsOf(settings: Settings): SiteOptions {
  const folder = settings.sitePages ?? PAGES;
  const { name } = siteNameOf(settings);
  const values = { en: valuesOf(settings, "en"), sv: valuesOf(settings, "sv") };
  return { folder, name, hasAccounts: true, values, plans: shownPlans(settings) };
}

/** site/README.md says what each is; the operator's own words come last and so win. */
function valuesOf(settings: Settings, language: Language): Values {
  const { hostName, operator, logDays, queueDays, queueDelayHours, messageBytes, quotaBytes } = settings;
  const { billingNotSendingDays, billingReadingOnlyDays, billingLaterDays, billingNoticeDays } = settings;
  const { name: serviceName, domain } = siteNameOf(settings);
  return new Map([
    ["name", serviceName],
    ["domain", domain],
    ["host", hostName],
    ["contact", settings.siteContact ?? operator],
    ["abuse", settings.siteAbuse ?? `abuse@${domain}`],
    ["logDays", String(logDays)],
    ["queueDays", String(queueDays)],
    ["delayHours", String(queueDelayHours)],
    ["messageSize", sizeIn(language, messageBytes)],
    ["quota", sizeIn(language, quotaBytes)],
    ["lapseReceivingDays", String(billingNotSendingDays)],
    ["lapseReadingDays", String(billingReadingOnlyDays)],
    ["lapseDeferDays", String(billingLaterDays)],
    ["lapseNoticeDays", String(billingNoticeDays)],
    ...settings.siteValues
      .filter((value) => value.language === undefined || value.language === language)
      .map(({ name, text }) => [name, text] as const),
  ]);
}
