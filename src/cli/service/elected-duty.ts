/** What the elected worker does besides serving: the operator's office with its jobs, and metrics for this machine. */
import type { ServerTls } from "../../host/tls/server-tls.ts";
import { metricsLimits } from "../../servers/web/limits.ts";
import { createMetricsPage, type MetricsPage, refuseOthers } from "../../servers/web/metrics.ts";
import { serveWeb } from "../../servers/web/server.ts";
import type { Root } from "../../store/crypt/root.ts";
import { type Office, openOffice } from "../office.ts";
import type { Outgoing } from "../outgoing.ts";
import { type ElectedJobsOptions, runElectedJobs } from "./elected-jobs.ts";
import { keepStatement } from "./website.ts";

export type Election = Omit<ElectedJobsOptions, "office"> & {
  readonly root: Root;
  readonly outgoing: Outgoing;
  readonly tls: ServerTls;
  readonly report: (error: unknown) => void;
};

export type ElectedDuty = {
  readonly page: MetricsPage;
  /** `undefined` when it could not be opened, which was reported. */
  readonly office: Promise<Office | undefined>;
  /** Ends the accounts that are being closed, now. */
  readonly beginDeletions: () => void;
  /** Ends what the worker's signal has told to end; answers that are under way until `grace` aborts. */
  end(grace: AbortSignal): Promise<void>;
};

/** Begins at once. */
export function beElected(election: Election): ElectedDuty {
  const { settings, stores, clock, log, report } = election;
  const page = createMetricsPage(clock);
  const office = openReported(election);
  const jobs = work(election, office);
  const { metricsListen } = settings;
  const { routes } = page;
  const metrics = { name: "metrics", routes, refuse: refuseOthers, limits: metricsLimits, log };
  const statement = settings.webListen.length > 0 ? stateRetention(election, office) : undefined;
  const metricsWeb = metricsListen === undefined ? undefined : serveWeb({ ...metrics, ...metricsListen }).catch(report);
  return {
    page,
    office,
    beginDeletions: () => void stores.accounts.finishDeletions().catch(report),
    async end(grace) {
      await (await metricsWeb)?.close(grace);
      await Promise.all([jobs, statement]);
      await (await office)?.[Symbol.asyncDispose]();
    },
  };
}

async function openReported(election: Election): Promise<Office | undefined> {
  try {
    return await openOffice({ ...election, isServing: true });
  } catch (error) {
    election.report(error);
    return undefined;
  }
}

async function stateRetention(election: Election, opening: Promise<Office | undefined>): Promise<void> {
  const office = await opening;
  if (office !== undefined) await keepStatement({ ...election, office });
}

async function work(election: Election, opening: Promise<Office | undefined>): Promise<void> {
  const office = await opening;
  if (office === undefined) return;
  try {
    await runElectedJobs({ ...election, office });
  } catch (error) {
    election.report(error);
  }
}
