/** What strangers and their postmasters are told at a limit: always 4xx, so that good mail comes again, and when. */
import { MINUTE } from "../../host/clock.ts";
import type { Reply } from "../delivery/inbound.ts";

/** `open`: connections at one time; `recipient`: messages to one recipient. */
export type LimitName = "open" | "connections" | "messages" | "kibibytes" | "unknown" | "badCommands" | "recipient";

const WHAT: Readonly<Record<LimitName, string>> = {
  open: "Too many connections from your network at one time; close some and try again",
  connections: "Too many connections from your network",
  messages: "Too many messages from your network",
  kibibytes: "Too much mail from your network",
  unknown: "Too many recipients from your network that do not exist here; check your addresses",
  badCommands: "Too many commands from your network that could not be understood",
  recipient: "The recipient gets too much mail just now",
};

/** @param waitMs until there is room; told in whole minutes, which is also how exactly it is known */
export function limitReply(limit: LimitName, waitMs: number): Reply {
  if (limit === "open") return { code: 421, enhanced: "4.7.0", text: WHAT.open };
  const minutes = Math.max(1, Math.ceil(waitMs / MINUTE));
  const text = `${WHAT[limit]}; try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}`;
  return limit === "recipient" ? { code: 450, enhanced: "4.2.0", text } : { code: 421, enhanced: "4.7.0", text };
}
