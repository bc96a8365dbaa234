/**
 * The commands, in one table: the states in which each is legal, and who handles it. Without TLS there are only those
 * that lead to it (promise F1).
 */
import { auth } from "./commands/auth.ts";
import { bdat } from "./commands/bdat.ts";
import { data } from "./commands/data.ts";
import { ehlo, helo } from "./commands/ehlo.ts";
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

const inTls: readonly State[] = ["start", "stranger", "ready", "mail", "rcpt", "chunks"];
const always: readonly State[] = ["clear", ...inTls];

export const commands: ReadonlyMap<string, Row> = new Map<string, Row>([
  ["EHLO", { states: always, handle: ehlo }],
  ["HELO", { states: inTls, handle: helo }],
  ["STARTTLS", { states: ["clear", "start", "stranger", "ready"], handle: startTls }],
  ["AUTH", { states: ["stranger", "ready", "mail", "rcpt", "chunks"], handle: auth }],
  ["MAIL", { states: ["ready"], handle: mail }],
  ["RCPT", { states: ["mail", "rcpt"], handle: rcpt }],
  ["DATA", { states: ["rcpt"], handle: data }],
  // Refuses by itself, for octets follow the line.
  ["BDAT", { states: inTls, handle: bdat }],
  ["RSET", { states: inTls, handle: rset }],
  ["NOOP", { states: always, handle: noop }],
  ["VRFY", { states: inTls, handle: vrfy }],
  ["HELP", { states: always, handle: help }],
  ["QUIT", { states: always, handle: quit }],
]);

/** Handles one command. */
export function perform(talk: Conversation, verb: string, argument: string): Answer | Promise<Answer> {
  const row = commands.get(verb);
  if (row === undefined) return unknown;
  const state = stateOf(talk);
  if (row.states.includes(state)) return row.handle(talk, argument);
  return state === "clear" && verb === "AUTH" ? tlsForLogin : outOfOrder[state];
}

const unknown: Answer = answer(500, "5.5.1", "There is no such command; HELP lists them");
/** RFC 4954 section 6. */
const tlsForLogin: Answer = answer(538, "5.7.11", "Say STARTTLS first: nobody logs in without TLS here");

/** What to say to a command that is not legal now: RFC 3207 section 4 and RFC 4954 section 6 have 530. */
const outOfOrder: Readonly<Record<State, Answer>> = {
  clear: answer(530, "5.7.0", "Say STARTTLS first: mail is taken over TLS only"),
  start: answer(503, "5.5.1", "Say EHLO first"),
  stranger: answer(530, "5.7.0", "Log in first: AUTH PLAIN or AUTH LOGIN"),
  ready: answer(503, "5.5.1", "Say MAIL first"),
  mail: answer(503, "5.5.1", "A transaction is open that has no recipient yet"),
  rcpt: answer(503, "5.5.1", "A transaction is open; finish it, or say RSET"),
  chunks: answer(503, "5.5.1", "The message is being sent in chunks; go on with BDAT, or say RSET"),
};
