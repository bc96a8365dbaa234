/**
 * Sends the head of the chain out of the machine, once a day (UTC), by mail on the days on which it is another: who later changes, shortens or replaces the chain
 * cannot change what lies at the escrow place and in the operator's mail.
 */
import { DAY } from "../../host/clock.ts";
import type { AccessRecords } from "../../store/access-records.ts";
import type { ObjectPlace } from "../backup/place.ts";
import type { Notices } from "../notices/notices.ts";
import type { ChainHead } from "./access.ts";

const FOLDER = "heads/";
/** Heads at the escrow place outlast the records that they vouch for. */
const KEPT_MS: number = 400 * DAY;

export type HeadTargets = { readonly escrow: ObjectPlace | undefined; readonly notices: Notices };

/** @throws PlaceError, StoreError when it could not leave: it is tried again. */
export async function sendHeadOf(
  { entries, head }: ChainHead,
  records: AccessRecords,
  { escrow, notices }: HeadTargets,
  now: number,
): Promise<void> {
  const day = dayOf(now);
  const sent = await records.sentHead();
  if (sent !== undefined && dayOf(sent.at) === day) return;
  if (escrow !== undefined) {
    await escrow.put(nameOf(now), Buffer.from(`${JSON.stringify({ at: now, entries, head })}\n`));
    const old: string[] = [];
    for await (const { name } of escrow.list(FOLDER)) if (name < nameOf(now - KEPT_MS)) old.push(name);
    if (old.length > 0) await escrow.delete(old);
  }
  // A mail a day that says what yesterday's said would be read by nobody.
  if (entries > 0 && head !== sent?.head)
    await notices.tellOperator({ kind: "chain-head", at: now, entries, head }, `access head ${day}`);
  await records.setSentHead({ at: now, entries, head });
}

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const nameOf = (at: number): string => `${FOLDER}access-${dayOf(at)}.json`;
