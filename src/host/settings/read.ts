/**
 * Reads altmail.toml (TOML 1.0) into `Settings`. Everything that is wrong is said at once, each with file and line: a
 * file that is no TOML, keys that do not exist (with the nearest that does), values of another form, what is missing.
 */
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { dirname, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { nearest } from "./nearest.ts";
import { rows, rowsInOrder } from "./rows.ts";
import { type Settings, SettingsError } from "./settings.ts";
import { isLoopback, isMixed } from "../loopback.ts";

/** Reads the settings of `file`. @throws SettingsError. */
export async function readSettings(file: string): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    throw new SettingsError(`the settings file ${file} ${unreadable(code)}`, { cause });
  }
  return parseSettings(text, file);
}

function unreadable(code: unknown): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist: is this the home of an installation? --settings names a file elsewhere";
    case "EACCES":
      return "may not be read by this user: run the command as the user of the service";
    default:
      return "cannot be read: look at the file and its disk";
  }
}

/** Reads settings from `text`; `file` is what sentences call it and where relative paths start. @throws SettingsError. */
export function parseSettings(text: string, file: string): Settings {
  const given = flatten(parseToml(text, file));
  const folder = dirname(resolve(file));
  const problems: { readonly line: number; readonly sentence: string }[] = [];
  const known = rowsInOrder.map((row) => row.name);
  for (const name of given.keys())
    if (!known.includes(name)) {
      const like = nearest(name, known);
      const hint = like === undefined ? "see docs/settings.md" : `did you mean ${like}?`;
      problems.push({ line: lineOf(text, name), sentence: `there is no setting ${name}: ${hint}` });
    }
  const values: Record<string, unknown> = {};
  for (const [property, row] of Object.entries(rows)) {
    const value = given.has(row.name) ? given.get(row.name) : defaultOf(row.otherwise);
    if (value === undefined) {
      problems.push({ line: 0, sentence: `${row.name} is missing, for example: ${row.name} = ${row.example}` });
      continue;
    }
    const result = row.form(folder).safeParse(value);
    if (result.success) values[property] = result.data;
    else {
      const sentence = result.error.issues[0]?.message ?? "has a wrong form";
      problems.push({ line: lineOf(text, row.name), sentence: `${row.name} ${sentence}` });
    }
  }
  if (problems.length === 0)
    for (const [name, sentence] of contradictions(values as Settings))
      problems.push({ line: lineOf(text, name), sentence });
  if (problems.length > 0)
    throw new SettingsError(
      problems
        .map(({ line, sentence }) => (line > 0 ? `${file} line ${line}: ${sentence}` : `${file}: ${sentence}`))
        .join("\n"),
    );
  return values as Settings;
}

function parseToml(text: string, file: string): Readonly<Record<string, unknown>> {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = /^Invalid TOML document: ([^\n]*)/.exec(cause.message)?.[1] ?? "it is not TOML";
    throw new SettingsError(`${file} line ${cause.line}: cannot be read as TOML: ${reason}`, { cause });
  }
}

/** Names of keys in tables become `table.key`. */
function flatten(document: Readonly<Record<string, unknown>>): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (const [key, value] of Object.entries(document)) {
    if (!isTable(value)) found.set(key, value);
    else for (const [inner, item] of Object.entries(value)) found.set(`${key}.${inner}`, item);
  }
  return found;
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

const defaultOf = (otherwise: string | undefined): unknown =>
  otherwise === undefined ? undefined : parse(`value = ${otherwise}`)["value"];

/** The line that gives `name`, as a key below its table or dotted; 0 when it is in neither form. */
function lineOf(text: string, name: string): number {
  let table = "";
  for (const [index, line] of text.split("\n").entries()) {
    const header = /^\s*\[\s*([^\][]+?)\s*\]/.exec(line);
    if (header?.[1] !== undefined) table = `${header[1].replaceAll('"', "")}.`;
    const key = /^\s*([\w."-]+)\s*=/.exec(line)?.[1]?.replaceAll('"', "");
    if (key !== undefined && table + key === name) return index + 1;
  }
  return 0;
}

/** What values that are right each for itself must not be together, with the setting at which it is said. */
function contradictions(settings: Settings): readonly (readonly [name: string, sentence: string])[] {
  const { operator, domains, backupTarget, backupEscrow, backupRecipient } = settings;
  const found: [string, string][] = [];
  if (!domains.includes(operator.slice(operator.lastIndexOf("@") + 1).toLowerCase()))
    found.push(["operator", "operator must be an address at one of the domains"]);
  if (backupTarget !== undefined && (backupEscrow === undefined || backupRecipient === undefined))
    found.push([
      "backup.target",
      "backup.target needs backup.escrow and backup.recipient: without them no set could be opened",
    ]);
  if (backupTarget !== undefined && JSON.stringify(backupTarget) === JSON.stringify(backupEscrow))
    found.push([
      "backup.escrow",
      "backup.escrow must be another place than backup.target: who takes one must not have both",
    ]);
  if (isMixed(settings.dnsServers.map(({ host }) => host)))
    found.push([
      "dns.servers",
      "dns.servers must all be on this machine, or none: one elsewhere would answer in place of the one here that verifies",
    ]);
  const { queueSmarthost, queueSmarthostCredentials } = settings;
  const { host = "" } = queueSmarthost ?? {};
  if (isIP(host) !== 0 && !isLoopback(host))
    found.push([
      "queue.smarthost",
      "queue.smarthost must be a name, which its certificate can show, or be on this machine",
    ]);
  if (queueSmarthost === undefined && queueSmarthostCredentials !== undefined)
    found.push(["queue.smarthost-credentials", "queue.smarthost-credentials needs queue.smarthost"]);
  if (isIP(host) !== 0 && queueSmarthostCredentials !== undefined)
    found.push([
      "queue.smarthost-credentials",
      "queue.smarthost-credentials needs a smarthost that has a name: we log in only where a certificate shows it",
    ]);
  const { scannersJunkScore, scannersRefuseScore, arrivingDnsListJunk, arrivingDnsListRefuse } = settings;
  if (scannersRefuseScore > 0 && scannersRefuseScore < scannersJunkScore)
    found.push(["scanners.refuse-score", "scanners.refuse-score must not be below scanners.junk-score"]);
  if (arrivingDnsListRefuse > 0 && arrivingDnsListRefuse < arrivingDnsListJunk)
    found.push(["arriving.dns-list-refuse", "arriving.dns-list-refuse must not be below arriving.dns-list-junk"]);
  found.push(...contradictionsOfSite(settings));
  const places = [
    ["backup.target", backupTarget, settings.backupTargetCredentials],
    ["backup.escrow", backupEscrow, settings.backupEscrowCredentials],
  ] as const;
  for (const [name, place, credentials] of places)
    if (place?.kind === "s3" && credentials === undefined)
      found.push([name, `${name} is a bucket and needs ${name}-credentials`]);
  return found;
}

function contradictionsOfSite(settings: Settings): readonly [name: string, sentence: string][] {
  const { siteServe, webListen, siteOrigin, hostName, domains, billingProvider, plans } = settings;
  const found: [string, string][] = [];
  if (siteServe && webListen.length === 0)
    found.push(["site.serve", "site.serve needs web.listen: there is no port for pages"]);
  const host = siteOrigin === undefined ? undefined : URL.parse(siteOrigin)?.hostname;
  if (host !== undefined && host !== hostName && !domains.includes(host))
    found.push(["site.origin", "site.origin must be at host-name or at one of the domains: no other name is served"]);
  const { billingKeyFile, billingWebhookSecretFile, billingLaterDays, billingReadingOnlyDays } = settings;
  if (billingProvider === "stripe") {
    if (billingKeyFile === undefined || billingWebhookSecretFile === undefined)
      found.push(["billing.provider", "billing.provider needs billing.key-file and billing.webhook-secret-file"]);
    if (plans.length === 0) found.push(["billing.provider", "billing.provider needs at least one table [[plan]]"]);
    if (!siteServe) found.push(["billing.provider", "billing.provider needs site.serve: accounts are bought there"]);
  } else if (plans.length > 0) found.push(["plan", "plan needs billing.provider: without it nothing can be bought"]);
  if (billingLaterDays > billingReadingOnlyDays)
    found.push(["billing.later-days", "billing.later-days must not be more than billing.reading-only-days"]);
  for (const key of ["name", "price"] as const)
    if (new Set(plans.map((plan) => plan[key])).size < plans.length)
      found.push(["plan", `plan has two tables with the same ${key}`]);
  return found;
}
