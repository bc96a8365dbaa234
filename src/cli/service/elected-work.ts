/** What the parts of the elected worker's work have in common: what each is given, and how it has something done again. */
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import type { Job } from "../../host/job.ts";
import type { Settings } from "../../host/settings/settings.ts";
import type { Office } from "../office.ts";
import type { Stores } from "../stores.ts";

export type ElectedWork = {
  readonly stores: Stores;
  readonly office: Office;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends all of it after what is under way. */
  readonly signal: AbortSignal;
};

/** Until the signal aborts; a run that fails is reported and comes round again. `first` is "at once" where it is not said. */
export type Again = (next: Job["next"], work: Job["work"], first?: "at once" | "in time") => Promise<void>;
