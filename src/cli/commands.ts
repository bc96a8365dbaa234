/** Every command of `altmail`, in the order in which help lists them. */
import { labCommands } from "../lab/commands.ts";
import type { Command } from "./command.ts";
import { approvalCommands } from "./commands/access-approval.ts";
import { backupKeyCommands } from "./commands/backup.ts";
import { initCommands } from "./commands/init.ts";
import { statementCommands } from "./commands/retention.ts";
import { serviceCommands } from "./commands/service.ts";
import { storeCommands } from "./store-commands.ts";

export const commands: readonly Command[] = [
  ...labCommands,
  ...initCommands,
  ...serviceCommands,
  ...storeCommands,
  ...approvalCommands,
  ...statementCommands,
  ...backupKeyCommands,
];
