/**
 * Erases the sealed records of accesses whose holders were told 12 months ago (promise D2). The chain says so first: a
 * record that is missing without this is noticed. What remains of an access is lines without a name in the chain.
 */
import { DAY } from "../../host/clock.ts";
import { appendToChain, auditChain } from "../../host/record/chain.ts";
import type { AccessRecords } from "../../store/access-records.ts";
import type { AccessState } from "./entry.ts";
import { isSettled } from "./telling.ts";

/** Below 12 months by more than the pause between two runs of the job. */
export const KEPT_MS: number = 363 * DAY;

/** @returns how many records went. @throws HostError when the chain was altered. */
export async function eraseDue(
  states: Iterable<AccessState>,
  records: AccessRecords,
  chainFile: string,
  now: number,
): Promise<number> {
  let count = 0;
  for (const state of states) {
    if (!isSettled(state, now) || now < (state.toldAt ?? now) + KEPT_MS) continue;
    if (!isErased(chainFile, state.id)) appendToChain(chainFile, now, "erased", { access: state.id });
    await records.erase(state.id);
    count++;
  }
  return count;
}

/** After a crash between the line and the erasure. */
function isErased(chainFile: string, access: string): boolean {
  const audit = auditChain(chainFile);
  return audit.kind === "whole" && audit.lines.some(({ what, says }) => what === "erased" && says["access"] === access);
}
