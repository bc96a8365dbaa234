/** The ports of the web, in the elected worker: HTTPS, and plain HTTP that leads there. */
import type { Clock } from "../../host/clock.ts";
import { HOUR } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { every, runJob } from "../../host/job.ts";
import type { Settings } from "../../host/settings/settings.ts";
import type { ServerTls } from "../../host/tls/server-tls.ts";
import { policyText } from "../../rules/mta-sts/policy-text.ts";
import { publicLimits } from "../../servers/web/limits.ts";
import { plainPage, publicPage } from "../../servers/web/public.ts";
import { serveWeb, type WebListener } from "../../servers/web/server.ts";
import type { Office } from "../office.ts";

export type WebsiteOptions = {
  readonly settings: Settings;
  readonly office: Promise<Office | undefined>;
  readonly tls: ServerTls;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly report: (error: unknown) => void;
};

/** A statement is an audit of everything that rests: made ahead, not for whoever asks. */
const STATEMENT_EVERY_MS: number = 6 * HOUR;

/** Begins at once; a port that cannot be had rejects. */
export function openWebsite(options: WebsiteOptions): readonly Promise<WebListener>[] {
  const { settings, tls, log } = options;
  const { hostName, domains, webListen, webPlainListen, webChallengeFolder, dnsMtaSts } = settings;
  if (webListen.length + webPlainListen.length === 0) return [];
  let statement: string | undefined;
  if (webListen.length > 0) void keepStatement(options, (text) => void (statement = text));
  const site = publicPage({
    hostName,
    domains,
    policy: policyText(dnsMtaSts, hostName),
    statement: () => statement,
  });
  const common = { limits: publicLimits, log };
  const redirect = plainPage({ hostName, domains }, webChallengeFolder);
  return [
    ...webListen.map((address) => serveWeb({ ...site, ...common, ...address, name: "https", tls: tls.current })),
    ...webPlainListen.map((address) => serveWeb({ ...redirect, ...common, ...address, name: "http" })),
  ];
}

async function keepStatement(
  { office, clock, signal, report }: WebsiteOptions,
  keep: (text: string) => void,
): Promise<void> {
  const opened = await office;
  if (opened === undefined) return;
  const work = async (): Promise<void> => keep(`${JSON.stringify(await opened.retention.statement(), undefined, 2)}\n`);
  await runJob(clock, { next: every(STATEMENT_EVERY_MS), work, failed: report }, signal, "at once");
}
