/** The plans of the settings, as pages show them. */
import type { Settings } from "../../host/settings/settings.ts";
import type { ShownPlan } from "../../servers/web/site/plans.ts";

export const shownPlans = ({ plans }: Pick<Settings, "plans">): readonly ShownPlan[] =>
  plans.map(({ name, cents, currency, every, quotaBytes, aliases, sending }) => ({
    name,
    cents,
    currency,
    every,
    quotaBytes,
    aliases,
    recipientsADay: sending.recipientsADay,
  }));
