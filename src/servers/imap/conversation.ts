/**
 * The conversation of one session: greeting, command after command, goodbye. RFC 9051 section 5.5 and section 7.1.
 *
 * Invariants: commands run one after another in the order in which they came; what others changed is told between the
 * answer of a command and its tagged line, and nowhere else but in IDLE; every command ends in exactly one tagged line
 * and one line of the access log; nothing is written to the socket while the store works on a change.
 */
import { parseAppend } from "../../syntax/imap/append.ts";
import type { Command, Parsed } from "../../syntax/imap/command.ts";
import type { Frame } from "../../syntax/imap/frame.ts";
import { parseCommand } from "../../syntax/imap/parse.ts";
import { GREETING_CAPABILITIES } from "./capabilities.ts";
import { type CommandRow, commands } from "./commands.ts";
import { replyToFailure } from "./failure.ts";
import { PeerGone } from "./output.ts";
import { bad, type Reply, tagged } from "./reply.ts";
import type { Session } from "./session.ts";

/** Why a conversation ended, for the log, and what to say at the end. */
export type End = { readonly reason: string; readonly commands: number; readonly farewell: string | undefined };

/** Talks until one side ends it. @throws PeerGone */
export async function converse(session: Session): Promise<End> {
  const { client, output, services } = session;
  output.text(`* OK [CAPABILITY ${GREETING_CAPABILITIES}] ${services.hostName} AltMail is ready\r\n`);
  let count = 0;
  let badInARow = 0;
  for (;;) {
    const frame = await client.frame();
    if (frame === undefined) break;
    output.startAnswer();
    count++;
    const { tag, name, reply } = await answer(session, frame);
    output.text(tagged(tag, reply));
    log(session, name, reply);
    badInARow = reply.status === "BAD" ? badInARow + 1 : 0;
    if (reply.isLast === true) return { reason: "logout", commands: count, farewell: undefined };
    if (reply.bye !== undefined) return { reason: "bye", commands: count, farewell: reply.bye };
    if (badInARow >= services.limits.maxBadCommands)
      return { reason: "bad commands", commands: count, farewell: "Too many commands that are none" };
  }
  const reason = client.ending === undefined ? "gone" : "ended";
  return { reason, commands: count, farewell: client.ending };
}

type Answer = { readonly tag: string; readonly name: string; readonly reply: Reply };

async function answer(session: Session, frame: Frame): Promise<Answer> {
  switch (frame.kind) {
    case "command":
      return run(session, parseCommand(frame.octets));
    case "append": {
      const parsed = parseAppend(frame.prefix);
      if (parsed.kind === "command" && commands.APPEND.states.includes(session.state)) return run(session, parsed);
      session.client.refuseLiteral();
      return run(session, parsed);
    }
    case "too-long": {
      const reply = bad(frame.sentence);
      return { tag: frame.tag, name: "", reply: frame.isFatal ? { ...reply, bye: "The command is too long" } : reply };
    }
    case "bad":
      return { tag: frame.tag, name: "", reply: bad(frame.sentence) };
    case "continue":
    case "literal":
    case "append-more":
    case "append-end":
      throw new Error("a piece of a command came where a command begins");
  }
}

async function run(session: Session, parsed: Parsed): Promise<Answer> {
  const { tag } = parsed;
  if (parsed.kind === "bad") return { tag, name: "", reply: bad(parsed.sentence) };
  const { command } = parsed;
  const row: CommandRow<never> = commands[command.name];
  if (!row.states.includes(session.state)) return { tag, name: command.name, reply: bad(illegal(session, row)) };
  try {
    const reply = await row.run(session, command as never, tag);
    return { tag, name: command.name, reply: (await report(session, command, row)) ?? reply };
  } catch (error) {
    if (error instanceof PeerGone) throw error;
    return { tag, name: command.name, reply: replyToFailure(error, session, command.name) };
  }
}

/** Tells what others changed. What fails here does not undo the command: it is told another time. */
async function report(session: Session, command: Command, row: CommandRow<never>): Promise<Reply | undefined> {
  const mayExpunge = row.expunge === "yes" || ("uid" in command && command.uid);
  try {
    await session.report(mayExpunge);
    return undefined;
  } catch (error) {
    if (error instanceof PeerGone) throw error;
    const reply = replyToFailure(error, session, command.name);
    return reply.bye === undefined ? undefined : reply;
  }
}

function illegal({ state }: Session, { states }: CommandRow<never>): string {
  if (state === "not-authenticated") return "Log in first";
  return states.includes("selected") && state === "authenticated"
    ? "Select a mailbox first"
    : "You are logged in already";
}

function log(session: Session, command: string, reply: Reply): void {
  session.services.log("imap.command", {
    session: session.id,
    account: session.accountId,
    address: session.address,
    client: session.clientName,
    command,
    bytes: session.output.answered,
    result: reply.status,
    code: reply.code?.split(" ", 1)[0],
  });
}
