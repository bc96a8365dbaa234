/**
 * The commands as a table: in which states each is legal (RFC 9051 section 6), whether changes that others made may be
 * told as EXPUNGE before its tagged answer (section 7.5.1), and what does it. APPEND's message comes through the client.
 */
import type { Command } from "../../syntax/imap/command.ts";
import type { CommandOf } from "./command-of.ts";
import { append } from "./commands/append.ts";
import { authenticate } from "./commands/authenticate.ts";
import { capability } from "./commands/capability.ts";
import { close } from "./commands/close.ts";
import { copy } from "./commands/copy.ts";
import { create } from "./commands/create.ts";
import { deleteMailbox } from "./commands/delete.ts";
import { enable } from "./commands/enable.ts";
import { expunge } from "./commands/expunge.ts";
import { fetch } from "./commands/fetch.ts";
import { id } from "./commands/id.ts";
import { idle } from "./commands/idle.ts";
import { list } from "./commands/list.ts";
import { login } from "./commands/login.ts";
import { logout } from "./commands/logout.ts";
import { lsub } from "./commands/lsub.ts";
import { namespace } from "./commands/namespace.ts";
import { noop } from "./commands/noop.ts";
import { rename } from "./commands/rename.ts";
import { search } from "./commands/search.ts";
import { select } from "./commands/select.ts";
import { status } from "./commands/status.ts";
import { store } from "./commands/store.ts";
import { subscribe } from "./commands/subscribe.ts";
import type { Reply } from "./reply.ts";
import type { Session, State } from "./session.ts";

export type CommandRow<C extends Command> = {
  readonly states: readonly State[];
  /** `by-uid`: only in its UID form, for which message numbers do not matter. */
  readonly expunge: "yes" | "by-uid";
  readonly run: (session: Session, command: C, tag: string) => Promise<Reply>;
};

const ANY: readonly State[] = ["not-authenticated", "authenticated", "selected"];
const STRANGER: readonly State[] = ["not-authenticated"];
const LOGGED_IN: readonly State[] = ["authenticated", "selected"];
const SELECTED: readonly State[] = ["selected"];

export const commands: { readonly [N in Command["name"]]: CommandRow<CommandOf<N>> } = {
  CAPABILITY: { states: ANY, expunge: "yes", run: capability },
  NOOP: { states: ANY, expunge: "yes", run: noop },
  LOGOUT: { states: ANY, expunge: "yes", run: logout },
  ID: { states: ANY, expunge: "yes", run: id },

  LOGIN: { states: STRANGER, expunge: "yes", run: login },
  AUTHENTICATE: { states: STRANGER, expunge: "yes", run: authenticate },

  ENABLE: { states: LOGGED_IN, expunge: "yes", run: enable },
  NAMESPACE: { states: LOGGED_IN, expunge: "yes", run: namespace },
  LIST: { states: LOGGED_IN, expunge: "yes", run: list },
  LSUB: { states: LOGGED_IN, expunge: "yes", run: lsub },
  CREATE: { states: LOGGED_IN, expunge: "yes", run: create },
  DELETE: { states: LOGGED_IN, expunge: "yes", run: deleteMailbox },
  RENAME: { states: LOGGED_IN, expunge: "yes", run: rename },
  SUBSCRIBE: { states: LOGGED_IN, expunge: "yes", run: subscribe },
  UNSUBSCRIBE: { states: LOGGED_IN, expunge: "yes", run: subscribe },
  STATUS: { states: LOGGED_IN, expunge: "yes", run: status },
  SELECT: { states: LOGGED_IN, expunge: "yes", run: select },
  EXAMINE: { states: LOGGED_IN, expunge: "yes", run: select },
  APPEND: { states: LOGGED_IN, expunge: "yes", run: append },
  IDLE: { states: LOGGED_IN, expunge: "yes", run: idle },

  CHECK: { states: SELECTED, expunge: "yes", run: noop },
  CLOSE: { states: SELECTED, expunge: "yes", run: close },
  UNSELECT: { states: SELECTED, expunge: "yes", run: close },
  EXPUNGE: { states: SELECTED, expunge: "yes", run: expunge },
  COPY: { states: SELECTED, expunge: "yes", run: copy },
  MOVE: { states: SELECTED, expunge: "yes", run: copy },
  FETCH: { states: SELECTED, expunge: "by-uid", run: fetch },
  STORE: { states: SELECTED, expunge: "by-uid", run: store },
  SEARCH: { states: SELECTED, expunge: "by-uid", run: search },
};
