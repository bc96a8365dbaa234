/**
 * What stands in the DNS so that mail programs set themselves up by the documents that the website serves
 * (rules/client-settings): the names at which they ask, and the digest that one of the documents is held against.
 */
import { ASKED_LABELS } from "../client-settings/asked-names.ts";
import type { MailServices } from "../client-settings/mail-services.ts";
import { paccDigest, paccJson } from "../client-settings/pacc.ts";
import type { ZoneRecord } from "./zone-record.ts";
import type { ZoneEntry } from "./zone-text.ts";

/** What the website serves of settings. */
export type ServedSettings = {
  readonly services: MailServices;
  /** Of HTTPS. */
  readonly webPort: number;
};

export type SettingsZone = {
  readonly domain: string;
  readonly hostName: string;
  /** `undefined`: no website is served, and nothing is asked for there. */
  readonly settings: ServedSettings | undefined;
};

type Alias = ZoneRecord & { readonly type: "CNAME" };
type Service = ZoneRecord & { readonly type: "SRV" };
type Text = ZoneRecord & { readonly type: "TXT" };

/** For the port at which the documents are looked for. */
const HTTPS = 443;

/** The names that must lead to the website; programs ask for them at port 443 alone. */
export function settingsAliases({ domain, hostName, settings }: SettingsZone): readonly Alias[] {
  if (settings?.webPort !== HTTPS) return [];
  const { autoconfig, autodiscover, pacc } = ASKED_LABELS;
  const labels = [autoconfig, autodiscover, ...(paccJson(settings.services) === undefined ? [] : [pacc])];
  return labels
    .map((label) => ({ type: "CNAME" as const, name: `${label}.${domain}`, target: hostName }))
    .filter(({ name }) => name !== hostName);
}

/** Leads Outlook to the host itself, whose certificate is right in any case; `undefined`: no website. */
export const autodiscoverService = ({ domain, hostName, settings }: SettingsZone): Service | undefined =>
  settings && {
    type: "SRV",
    name: `_autodiscover._tcp.${domain}`,
    priority: 0,
    weight: 1,
    port: settings.webPort,
    target: hostName,
  };

/** The digest of the JSON document as it is served; `undefined`: it is not. */
export function paccRecord({ domain, settings }: SettingsZone): Text | undefined {
  const json = settings?.webPort === HTTPS ? paccJson(settings.services) : undefined;
  return json === undefined
    ? undefined
    : { type: "TXT", name: `_${ASKED_LABELS.pacc}.${domain}`, text: paccDigest(json) };
}

export function settingsEntries(zone: SettingsZone): readonly ZoneEntry[] {
  const aliases = settingsAliases(zone);
  const aliasAt = (label: string): readonly Alias[] => aliases.filter(({ name }) => name === `${label}.${zone.domain}`);
  const [service, digest] = [autodiscoverService(zone), paccRecord(zone)];
  const entries: readonly ZoneEntry[] = [
    {
      why: "Autoconfig: Thunderbird, K-9 and others fetch their settings at this name. Without it they ask a list of Mozilla's, or guess.",
      remarks: [
        "The certificate of the website must hold this name, and those of the next two records that are aliases.",
      ],
      records: aliasAt(ASKED_LABELS.autoconfig),
    },
    {
      why: "Autodiscover: Outlook asks at this name, then where the SRV record leads. Without both its people type names in.",
      records: [...aliasAt(ASKED_LABELS.autodiscover), ...(service === undefined ? [] : [service])],
    },
    {
      why: "PACC, a draft of the IETF: settings in JSON, held against the digest in the DNS. Whoever forges one has not the other.",
      remarks: [
        "The digest is that of the document as it is served: another name of the service or of the host, another record.",
      ],
      records: [...aliasAt(ASKED_LABELS.pacc), ...(digest === undefined ? [] : [digest])],
    },
  ];
  return entries.filter(({ records }) => records.length > 0);
}
