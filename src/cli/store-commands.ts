/** The commands that need the stores; workers of the service carry them out too. */
import type { ControlAnswer, ControlRequest, Telling } from "../host/control/control-message.ts";
import type { Given, Operator, StoreCommand } from "./command.ts";
import { accessCommands } from "./commands/access.ts";
import { accountCommands } from "./commands/account.ts";
import { aliasCommands } from "./commands/alias.ts";
import { announceCommands } from "./commands/announce.ts";
import { appPasswordCommands } from "./commands/app-password.ts";
import { backupCommands } from "./commands/backup.ts";
import { checkCommands } from "./commands/check.ts";
import { inviteCommands } from "./commands/invite.ts";
import { keysCommands } from "./commands/keys.ts";
import { logCommands } from "./commands/log.ts";
import { deliverCommands } from "./commands/deliver.ts";
import { dnsCommands } from "./commands/dns.ts";
import { memoryCommands } from "./commands/memory.ts";
import { queueCommands } from "./commands/queue.ts";
import { reportsCommands } from "./commands/reports.ts";
import { retentionCommands } from "./commands/retention.ts";
import { sentCommands } from "./commands/sent.ts";
import { statisticsCommands } from "./commands/statistics.ts";
import { watchCommands } from "./commands/watch.ts";
import { gated, workBehindGate } from "./gate.ts";
import { sentenceOf } from "./sentence.ts";

export const storeCommands: readonly StoreCommand[] = [
  ...accountCommands,
  ...memoryCommands,
  ...appPasswordCommands,
  ...aliasCommands,
  ...inviteCommands,
  ...queueCommands,
  ...deliverCommands,
  ...dnsCommands,
  ...sentCommands,
  ...reportsCommands,
  ...checkCommands,
  ...announceCommands,
  ...watchCommands,
  ...logCommands,
  ...statisticsCommands,
  ...accessCommands,
  ...backupCommands,
  ...retentionCommands,
  ...keysCommands,
].map(gated);

/**
 * Carries out a request that came through the control socket; a fault of ours is passed to `onFault`. What the command
 * tells while it works goes to `telling`, whose signal breaks it off.
 */
export async function answerRequest(
  operator: Operator,
  request: ControlRequest,
  onFault: (error: unknown) => void,
  telling: Telling,
): Promise<ControlAnswer> {
  const command = storeCommands.find(({ name }) => name === request.command);
  if (command === undefined)
    return { kind: "refused", sentence: "the service does not know this command: is it of another version?" };
  try {
    return await workBehindGate(command, operator, request.arguments as Given, telling);
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === undefined) onFault(error);
    return { kind: "refused", sentence: sentence ?? "the command failed by a fault of altmail: its log has the place" };
  }
}
