/** What mail programs look for to set themselves up: names that lead to the website, and the digest of a document there. */
import type { Resolver } from "../../host/resolver/answer.ts";
import { isSameAddress } from "../../rules/dns-zone/ip-address.ts";
import {
  autodiscoverService,
  paccRecord,
  type SettingsZone,
  settingsAliases,
} from "../../rules/dns-zone/settings-zone.ts";
import { addressesInDns, type HostAddresses } from "./check-host.ts";
import { checkService } from "./check-service.ts";
import { type DnsFinding, noAnswer, publish, right, toDo } from "./finding.ts";
import type { HostCertificate } from "./host-certificate.ts";

export type CheckedSettings = SettingsZone & {
  readonly resolver: Resolver;
  readonly certificate: HostCertificate | undefined;
};

const COSTS = "programs that ask there do not set themselves up: their people type names and ports in";

export async function checkSettings(checked: CheckedSettings): Promise<readonly DnsFinding[]> {
  const [service, digest] = [autodiscoverService(checked), paccRecord(checked)];
  const parts = await Promise.all([
    checkNames(checked),
    service === undefined ? [] : checkService(checked.resolver, service),
    digest === undefined ? [] : checkDigest(checked.resolver, digest),
  ]);
  return parts.flat();
}

async function checkNames(checked: CheckedSettings): Promise<readonly DnsFinding[]> {
  const aliases = settingsAliases(checked);
  if (aliases.length === 0) return [];
  const ours = await addressesInDns(checked.resolver, checked.hostName);
  return Promise.all(aliases.map(({ name }) => checkName(checked, name, ours)));
}

/** Whether the name leads here, as an alias or by addresses of its own, and is in the certificate. */
async function checkName(
  { resolver, hostName, certificate }: CheckedSettings,
  name: string,
  ours: HostAddresses | undefined,
): Promise<DnsFinding> {
  const subject = `settings at ${name}`;
  const found = await addressesInDns(resolver, name);
  if (found === undefined) return noAnswer(subject, name);
  if (ours === undefined) return noAnswer(subject, hostName);
  const foreign = found.addresses.filter((one) => !ours.addresses.some((own) => isSameAddress(own, one)));
  if (found.addresses.length === 0 || foreign.length > 0)
    return toDo("should", subject, {
      wrong: foreign.length > 0 ? `it leads to ${foreign.slice(0, MAX_SHOWN).join(", ")}` : "the name is not there",
      costs: COSTS,
      remedy: publish,
    });
  if (certificate?.bears(name) === false)
    return toDo("should", subject, {
      wrong: "the certificate does not bear the name",
      costs: COSTS,
      remedy: "have it put into the certificate beside the host's own name",
    });
  return right(subject, `leads to ${hostName}`);
}

const MAX_SHOWN = 3;

async function checkDigest(
  resolver: Resolver,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<DnsFinding> {
  const subject = `TXT ${name}`;
  const answer = await resolver.resolve(name, "TXT");
  if (answer.kind === "servfail" || answer.kind === "timeout") return noAnswer(subject, name);
  const records = answer.kind === "records" ? answer.records : [];
  if (records.length === 1 && records[0] === text)
    return right(subject, "the digest of the settings as they are served");
  return toDo("should", subject, {
    wrong:
      records.length === 0
        ? "there is none"
        : "it is not the digest of the settings as they are served, or one of several",
    costs: "programs that hold the settings against it do not believe them",
    remedy: publish,
  });
}
