/**
 * Whether the filter learns from a holder's mail (promise D2). It stands in two places: in the memory, by which all goes, and
 * among the holder's wishes, which backups take. Whatever stops this in between leaves wishes that say off.
 */
import type { DefenceMemory } from "../../store/defence-memory.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";

type LearningStores = {
  readonly directory: Pick<Directory, "setPreferences">;
  readonly memory: Pick<DefenceMemory, "setOn">;
};

/** Off: erases what was learned, too. May be repeated. @throws StoreError */
export async function setLearning(
  { directory, memory }: LearningStores,
  account: AccountId,
  isOn: boolean,
): Promise<"set" | "no-account"> {
  if (isOn) {
    await memory.setOn(account, true);
    return directory.setPreferences(account, { learns: true });
  }
  const outcome = await directory.setPreferences(account, { learns: false });
  if (outcome === "set") await memory.setOn(account, false);
  return outcome;
}
