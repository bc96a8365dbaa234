/** AUTHENTICATE PLAIN, RFC 9051 section 6.2.2 and RFC 4616, with the initial response of RFC 4959. */
import { logInName } from "../../../service/accounts/log-in-name.ts";
import { readResponse } from "../../../syntax/imap/session-command.ts";
import type { CommandOf } from "../command-of.ts";
import { bad, no, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";
import { logIn } from "./login.ts";

export async function authenticate(session: Session, command: CommandOf<"AUTHENTICATE">): Promise<Reply> {
  if (command.mechanism !== "PLAIN") return no("CANNOT", "Only the mechanism PLAIN is known here");
  const response = command.initial ?? (await ask(session));
  if (response === undefined) return bad("Expected a response in base64");
  if (response === "cancel") return bad("AUTHENTICATE was cancelled");
  const parts = decode(response)?.split("\0");
  if (parts?.length !== 3) return bad("Expected authorization identity, user name and password as RFC 4616 joins them");
  const [identity, name, password] = parts as [string, string, string];
  if (identity !== "" && logInName(identity) !== logInName(name))
    return no("AUTHORIZATIONFAILED", "An account can be used under its own name only");
  return logIn(session, name, password);
}

async function ask(session: Session): Promise<Uint8Array | "cancel" | undefined> {
  session.output.text("+ \r\n");
  const line = await session.client.line();
  return line?.kind === "line" ? readResponse(line.octets) : undefined;
}

function decode(octets: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch {
    return undefined;
  }
}
