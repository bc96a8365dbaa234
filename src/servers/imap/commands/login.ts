/**
 * LOGIN, RFC 9051 section 6.2.3, and what a password is worth, for AUTHENTICATE too. A wrong one is answered late and a
 * few times only; which of name and password was wrong is never told (RFC 5530 section 3).
 */
import { pause } from "../../../host/clock.ts";
import { logInAlert } from "../../../rules/subscription/words.ts";
import type { AccountId } from "../../../store/ids.ts";
import { StoreError } from "../../../store/store-error.ts";
import { CAPABILITIES } from "../capabilities.ts";
import type { CommandOf } from "../command-of.ts";
import { no, ok, type Reply } from "../reply.ts";
import type { Session } from "../session.ts";

export async function login(session: Session, { user, password }: CommandOf<"LOGIN">): Promise<Reply> {
  return logIn(session, user, password);
}

/** Checks name and password and opens the account. */
export async function logIn(session: Session, name: string, password: string): Promise<Reply> {
  const login = await session.services.authenticator.authenticate(name, password, { client: session.address });
  switch (login.kind) {
    case "accepted":
      session.logIn(login);
      session.noteLogIn(login.account);
      await alert(session, login.account);
      return ok("Logged in", `CAPABILITY ${CAPABILITIES}`);
    case "wrong":
      return failed(session, no("AUTHENTICATIONFAILED", "The user name or the password is wrong"));
    case "refused":
      // RFC 5530 section 3: with EXPIRED the holder needs another password, which no administrator gives.
      return failed(session, no(login.why === "app-password" ? "EXPIRED" : "CONTACTADMIN", ascii(login.sentence)));
    case "unavailable":
      return no("UNAVAILABLE", "Log-in does not work at the moment; try again later");
  }
}

async function failed(session: Session, reply: Reply): Promise<Reply> {
  const { clock, limits } = session.services;
  session.failedLogins++;
  if (limits.failedLoginDelayMs > 0) await pause(clock, limits.failedLoginDelayMs);
  if (session.failedLogins < limits.maxFailedLogins) return reply;
  return { ...reply, bye: "Too many log-ins failed; check name and password" };
}

/** RFC 9051 section 7.1: what the holder must read. Who cannot be asked about it is told nothing. */
async function alert({ services, output }: Session, account: AccountId): Promise<void> {
  try {
    const text = services.allowance && logInAlert(await services.allowance(account));
    if (text !== undefined) output.text(`* OK [ALERT] ${text}\r\n`);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
}

/** The text of an answer is one line of ASCII. */
const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/g, "?");
