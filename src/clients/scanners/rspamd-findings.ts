/** What in rspamd's configuration keeps or writes down who wrote to whom (`rspamadm configdump`), in sentences. Pure, total. */

/** Levels at which rspamd writes no line about a single message that names anybody. */
const QUIET = new Set(["error", "warning", "critical", "silent"]);
const decoder = new TextDecoder();

type Table = Readonly<Record<string, unknown>>;

/** @param octets JSON of all sections; undefined when the configuration could not be read */
export function findingsOfConfiguration(octets: Uint8Array | undefined): readonly string[] {
  const all = octets === undefined ? undefined : tableOf(parsed(octets));
  const options = tableOf(all?.["options"]);
  if (all === undefined || options === undefined)
    return [
      "rspamd's configuration cannot be read from here; see for yourself that it logs no addresses (docs/scanners.md).",
    ];
  const findings: string[] = [];
  const level = tableOf(all["logging"])?.["level"];
  if (typeof level !== "string" || !QUIET.has(level))
    findings.push(
      'rspamd logs addresses and message ids of other clients and of learning; set level = "warning" in logging.',
    );
  if (isOn(all["history_redis"]))
    findings.push("rspamd keeps its history in Redis; switch the module history_redis off.");
  const rows = options["history_rows"];
  if (typeof rows !== "number" || rows > 1)
    findings.push(
      "rspamd keeps a history in memory and on disk; set history_rows to 1 and history_file to /dev/null in options.",
    );
  for (const [module, target] of EXPORTERS)
    if (isOn(all[module]) && hasTarget(all[module], target))
      findings.push(`rspamd passes on what it knows of each message; switch the module ${module} off.`);
  return findings;
}

/** Modules that send facts of every message elsewhere, and the setting that says where to. */
const EXPORTERS = [
  ["clickhouse", "server"],
  ["elastic", "server"],
  ["metadata_exporter", "rules"],
] as const;

/** A module is on when it has a section that does not say otherwise. */
function isOn(section: unknown): boolean {
  const table = tableOf(section);
  return table !== undefined && table["enabled"] !== false;
}

/** `server` may be in the plural too; `rules` may be an empty table. */
function hasTarget(section: unknown, name: string): boolean {
  const table = tableOf(section);
  return [table?.[name], table?.[`${name}s`]].some(
    (value) => typeof value === "string" || (typeof value === "object" && Object.keys(value ?? {}).length > 0),
  );
}

function parsed(octets: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(octets)) as unknown;
  } catch {
    return undefined;
  }
}

function tableOf(value: unknown): Table | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : undefined;
}
