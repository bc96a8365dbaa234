/** How much an account may send: as its plan says, or the settings where it has none. */
import type { Settings } from "../host/settings/settings.ts";
import type { SendLimits } from "../service/submission/send-limits.ts";
import type { Credentials } from "../store/credentials.ts";
import type { AccountId } from "../store/ids.ts";

/** Reads the plan at each call, for it may change. */
export function sendLimitsIn(
  settings: Settings,
  credentials: Pick<Credentials, "plan">,
): (account: AccountId) => Promise<SendLimits> {
  const { plans } = settings;
  const usual: SendLimits = {
    messagesAMinute: settings.sendingMessagesAMinute,
    recipientsAnHour: settings.sendingRecipientsAnHour,
    recipientsADay: settings.sendingRecipientsADay,
    firstsADay: settings.sendingFirstsADay,
  };
  return async (account) => {
    if (plans.length === 0) return usual;
    const held = await credentials.plan(account);
    return plans.find(({ name }) => name === held?.name)?.sending ?? usual;
  };
}
