/**
 * The website of a worker: HTTPS with the public pages, and plain HTTP that leads there, shared by all workers. The statement
 * on retention is made in the elected worker alone and laid into `HOME/run`, where the others find it.
 */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, HOUR, MINUTE } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { every, runJob } from "../../host/job.ts";
import type { Settings } from "../../host/settings/settings.ts";
import type { ServerTls } from "../../host/tls/server-tls.ts";
import { policyText } from "../../rules/mta-sts/policy-text.ts";
import { CLIENT_SETTINGS_HOSTS } from "../../servers/web/clients/client-settings.ts";
import { publicLimits } from "../../servers/web/limits.ts";
import { plainPage, publicPage, type PublicOptions } from "../../servers/web/public.ts";
import type { WebApplication } from "../../servers/web/respond.ts";
import { serveSite } from "../../servers/web/server.ts";
import { readSite } from "../../servers/web/site/read-site.ts";
import { makeSite, type Site } from "../../servers/web/site/site.ts";
import type { Office } from "../office.ts";
import { contractPagesOf } from "./contract-pages.ts";
import type { Port } from "./ports.ts";
import { siteOptionsOf } from "./site-options.ts";

export type WebsiteOptions = {
  readonly settings: Settings;
  /** How many workers share the bounds. */
  readonly workers: number;
  readonly tls: ServerTls;
  readonly clock: Clock;
  readonly log: Log;
  /** The portal, which pages speak of; without it there are no pages: policy, statement and health alone. */
  readonly application?: (site: Site) => WebApplication;
};

export type StatementOptions = {
  readonly settings: Settings;
  readonly office: Office;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly report: (error: unknown) => void;
};

/** A statement is an audit of everything that rests: made ahead, not for whoever asks. */
const STATEMENT_EVERY_MS: number = 6 * HOUR;
const STATEMENT_FILE = "altmail-retention.json";
/** How long a worker goes without a look at the file. */
const STATEMENT_KEPT_MS = MINUTE;

/** Opens the ports of the web; none in the settings: none. @throws SiteError; the error of node:net when a port cannot be had. */
export async function openWebPorts(options: WebsiteOptions): Promise<readonly Port[]> {
  const { settings, workers, tls, clock, log, application } = options;
  const { home, hostName, domains, webListen, webPlainListen, webChallengeFolder, dnsMtaSts } = settings;
  const common = { limits: publicLimits, log, clock, workers };
  const names = { hostName, domains };
  const ports: Port[] = [];
  if (webListen.length > 0) {
    const pages = publicPage({
      ...names,
      policy: policyText(dnsMtaSts, hostName),
      statement: statementReader(home, clock),
      ...(application === undefined ? {} : siteAndPortal(settings, application)),
    });
    for (const address of webListen)
      ports.push({
        name: "https",
        listener: await serveSite({ ...pages, ...common, ...address, name: "https", tls: tls.current }),
      });
  }
  const redirect = plainPage(names, webChallengeFolder);
  for (const address of webPlainListen)
    ports.push({ name: "http", listener: await serveSite({ ...redirect, ...common, ...address, name: "http" }) });
  return ports;
}

function siteAndPortal(
  settings: Settings,
  application: NonNullable<WebsiteOptions["application"]>,
): Pick<PublicOptions, "site" | "application" | "moreHosts"> {
  const site = siteOf(settings);
  return { site, application: application(site), moreHosts: CLIENT_SETTINGS_HOSTS };
}

/** Makes the site as these settings have it. @throws SiteError, HostError. */
export function siteOf(settings: Settings): Site {
  return makeSite(siteOptionsOf(settings));
}

/** Says early what is wrong with the pages; making them ready to be sent costs more, and is the workers'. @throws SiteError, HostError. */
export function checkPages(settings: Settings): void {
  const options = siteOptionsOf(settings);
  readSite(options.folder, options);
  contractPagesOf(settings);
}

/** Makes the statement now and again until the signal aborts. Belongs to the elected worker. */
export async function keepStatement({ settings, office, clock, signal, report }: StatementOptions): Promise<void> {
  const file = statementFile(settings.home);
  const work = async (): Promise<void> => {
    const text = `${JSON.stringify(await office.retention.statement(), undefined, 2)}\n`;
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
  };
  await runJob(clock, { next: every(STATEMENT_EVERY_MS), work, failed: report }, signal, "at once");
}

const statementFile = (home: string): string => join(home, "run", STATEMENT_FILE);

function statementReader(home: string, clock: Clock): () => Promise<string | undefined> {
  let last: { readonly at: number; readonly text: string } | undefined;
  return async () => {
    if (last !== undefined && clock.now() - last.at <= STATEMENT_KEPT_MS) return last.text;
    const text = await readFile(statementFile(home), "utf8").catch(() => undefined);
    last = text === undefined ? undefined : { at: clock.now(), text };
    return text;
  };
}
