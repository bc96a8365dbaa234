/**
 * What an operator is told of rspamd: whether it answers, its version, and whether it keeps or writes down who wrote to
 * whom. The controller is asked for its history; how it logs only its configuration says.
 */
import type { Unavailable } from "../../rules/scan-verdict.ts";
import type { ScannerStatus } from "../../service/delivery/inbound-scanner.ts";
import { findingsOfPlace, type Place } from "./place.ts";
import { parseHistory, parseStat } from "./rspamd-answer.ts";
import { findingsOfConfiguration } from "./rspamd-findings.ts";
import type { RspamdReply, RspamdRequest } from "./rspamd-request.ts";

export type Controller = { readonly place: Place; readonly password: string | undefined };

/** Fulfils with the configuration as JSON; `undefined` when it cannot be read. */
export type ReadConfiguration = () => Promise<Uint8Array | undefined>;

export type StatusOptions = {
  readonly place: Place;
  readonly controller: Controller | undefined;
  readonly configuration: ReadConfiguration | undefined;
  readonly ask: (place: Place, what: RspamdRequest) => Promise<RspamdReply | Unavailable>;
};

/** One row is the least that rspamd keeps: with none it does not start. */
const LEAST_ROWS = 1;

/** Asks worker, controller and configuration. Never rejects. */
export async function rspamdStatus(options: StatusOptions): Promise<ScannerStatus> {
  const { place, controller, configuration, ask } = options;
  const elsewhere = findingsOfPlace(place, "rspamd");
  const ping = await ask(place, { path: "/ping", fields: {}, content: undefined });
  if ("kind" in ping) return { ...ping, findings: elsewhere };
  if (ping.status !== 200) return { kind: "unavailable", why: "failed", findings: elsewhere };
  const version = /^rspamd\/([0-9A-Za-z.-]{1,40})$/.exec(ping.server ?? "")?.[1];
  const findings = [
    ...elsewhere,
    ...(controller === undefined ? [] : await findingsOfController(controller, ask)),
    ...(configuration === undefined ? [] : findingsOfConfiguration(await configuration())),
  ];
  return { kind: "alive", version, findings };
}

async function findingsOfController(
  { place, password }: Controller,
  ask: StatusOptions["ask"],
): Promise<readonly string[]> {
  const elsewhere = findingsOfPlace(place, "rspamd's controller");
  const fields = { Password: password };
  const stat = await ask(place, { path: "/stat", fields, content: undefined });
  if ("kind" in stat) return [...elsewhere, "rspamd's controller does not answer; nothing can be learnt without it."];
  if (stat.status === 401 || stat.status === 403)
    return [...elsewhere, "rspamd's controller does not take our password; give both the same one."];
  if (stat.status !== 200 || typeof parseStat(stat.body) === "string")
    return [...elsewhere, "rspamd's controller gives no statistics; see its log."];
  const history = await ask(place, { path: "/history", fields, content: undefined });
  const rows = "kind" in history ? "failed" : parseHistory(history.body);
  if (typeof rows === "string")
    return [...elsewhere, "rspamd does not tell what its history holds; see docs/scanners.md."];
  if (rows.rows <= LEAST_ROWS) return elsewhere;
  return [
    ...elsewhere,
    `rspamd keeps a history of ${rows.rows} messages with their senders; switch history_redis off and set history_rows to 1 (docs/scanners.md).`,
  ];
}
