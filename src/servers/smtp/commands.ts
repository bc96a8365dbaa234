/** The commands, in one table: the states in which each is legal (RFC 5321 section 4.1.4), and who handles it. */
import { bdat } from "./commands/bdat.ts";
import { data } from "./commands/data.ts";
import { ehlo, helo } from "./commands/ehlo.ts";
import { expn } from "./commands/expn.ts";
import { help } from "./commands/help.ts";
import { mail } from "./commands/mail.ts";
import { noop } from "./commands/noop.ts";
import { quit } from "./commands/quit.ts";
import { rcpt } from "./commands/rcpt.ts";
import { rset } from "./commands/rset.ts";
import { startTls } from "./commands/starttls.ts";
import { vrfy } from "./commands/vrfy.ts";
import { type Answer, answer, type Conversation, type Handler, type State, stateOf } from "./conversation.ts";

type Row = { readonly states: readonly State[]; readonly handle: Handler };

const always: readonly State[] = ["start", "ready", "mail", "rcpt", "chunks"];

export const commands: ReadonlyMap<string, Row> = new Map<string, Row>([
  ["EHLO", { states: always, handle: ehlo }],
  ["HELO", { states: always, handle: helo }],
  ["STARTTLS", { states: ["start", "ready"], handle: startTls }],
  ["MAIL", { states: ["ready"], handle: mail }],
  ["RCPT", { states: ["mail", "rcpt"], handle: rcpt }],
  ["DATA", { states: ["rcpt"], handle: data }],
  // Refuses by itself, for octets follow the line.
  ["BDAT", { states: always, handle: bdat }],
  ["RSET", { states: always, handle: rset }],
  ["NOOP", { states: always, handle: noop }],
  ["VRFY", { states: always, handle: vrfy }],
  ["EXPN", { states: always, handle: expn }],
  ["HELP", { states: always, handle: help }],
  ["QUIT", { states: always, handle: quit }],
]);

/** Handles one command. */
export function perform(talk: Conversation, verb: string, argument: string): Answer | Promise<Answer> {
  const row = commands.get(verb);
  if (row === undefined) return unknown;
  const state = stateOf(talk);
  return row.states.includes(state) ? row.handle(talk, argument) : outOfOrder[state];
}

const unknown: Answer = answer(500, "5.5.1", "There is no such command; HELP lists them");

/** What to say to a command that is not legal now. */
const outOfOrder: Readonly<Record<State, Answer>> = {
  start: answer(503, "5.5.1", "Say EHLO first"),
  ready: answer(503, "5.5.1", "Say MAIL first"),
  mail: answer(503, "5.5.1", "A transaction is open that has no recipient yet"),
  rcpt: answer(503, "5.5.1", "A transaction is open; finish it, or say RSET"),
  chunks: answer(503, "5.5.1", "The message is being sent in chunks; go on with BDAT, or say RSET"),
};
