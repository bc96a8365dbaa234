/** When the memory of accounts forgets (promise D2): correspondents after twelve months, the rest after ninety days. */
import { DAY } from "../../host/clock.ts";
import { greylistRule } from "../../rules/reputation/greylist.ts";
import type { DefenceMemory } from "../../store/defence-memory.ts";

export const CORRESPONDENT_DAYS = 365;
export const OTHER_DAYS = 90;
/** Who has not come again by then is new anyway. */
const WAITING_DAYS: number = Math.ceil(greylistRule.mostMs / DAY);

/** Erases what is too old; once a day, in the elected worker. Answers how many rows. @throws StoreError */
export function forgetOld(memory: DefenceMemory, now: number): Promise<number> {
  const today = Math.floor(now / DAY);
  return memory.forget({
    correspondents: today - CORRESPONDENT_DAYS,
    contactsWaiting: today - WAITING_DAYS,
    others: today - OTHER_DAYS,
  });
}
