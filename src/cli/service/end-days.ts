/** Ends the days of the log that are over, in a home (promise L2), and says so: in the log, or on stderr while sealed. */
import { join } from "node:path";
import type { Clock } from "../../host/clock.ts";
import type { Log } from "../../host/events/events.ts";
import { publicLine } from "../../host/log/line.ts";
import { destroyOldDays } from "../../host/log/retention.ts";

export type EndDaysOptions = {
  readonly home: string;
  /** Days of the calendar (UTC) that are kept, today among them. */
  readonly days: number;
  readonly clock: Clock;
};

/** The home's folders exist. `log`: undefined while there is none. */
export function endDays({ home, days, clock }: EndDaysOptions, log: Log | undefined): void {
  const say: Log =
    log ?? ((name, fields) => void process.stderr.write(`${publicLine(clock.now(), name, fields) ?? ""}\n`));
  const { destroyed, left } = destroyOldDays({
    logFolder: join(home, "data", "log"),
    secretFolder: join(home, "secret"),
    chain: join(home, "record", "destruction.chain"),
    clock,
    days,
  });
  if (destroyed.length > 0) log?.("log.destroyed", { days: destroyed.length, last: destroyed.at(-1) });
  for (const file of left) say("log.kept", file);
}
