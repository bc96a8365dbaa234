/**
 * AUTH, RFC 4954: PLAIN (RFC 4616), and LOGIN, which old clients know alone. A wrong password is answered late and a few
 * times only; which of name and password was wrong is never told. Who knows the password of an account that is shut hears 525
 * 5.7.13, in IANA's registry of enhanced status codes "user account disabled".
 */
import { pause } from "../../../host/clock.ts";
import type { RefusedLogin } from "../../../service/accounts/authenticator.ts";
import { logInName } from "../../../service/accounts/log-in-name.ts";
import { type Answer, answer, type Conversation } from "../conversation.ts";

export async function auth(talk: Conversation, argument: string): Promise<Answer> {
  if (talk.account !== undefined) return answer(503, "5.5.1", "You have logged in already");
  const [, mechanism = "", initial] = /^(\S+)(?:[ \t]+(\S+))?$/.exec(argument) ?? [];
  switch (mechanism.toUpperCase()) {
    case "PLAIN":
      return plain(talk, initial);
    case "LOGIN":
      return login(talk, initial);
    case "":
      return answer(501, "5.5.4", "Write AUTH and a mechanism: PLAIN or LOGIN");
    default:
      return answer(504, "5.5.4", "Only the mechanisms PLAIN and LOGIN are known here");
  }
}

async function plain(talk: Conversation, initial: string | undefined): Promise<Answer> {
  const response = await responseOf(talk, "", initial);
  if (typeof response !== "string") return response;
  const parts = response.split("\0");
  if (parts.length !== 3)
    return answer(501, "5.5.2", "Expected authorization identity, user name and password as RFC 4616 joins them");
  const [identity, name, password] = parts as [string, string, string];
  if (identity !== "" && logInName(identity) !== logInName(name))
    return answer(535, "5.7.8", "An account can be used under its own name only");
  return check(talk, name, password);
}

async function login(talk: Conversation, initial: string | undefined): Promise<Answer> {
  const name = await responseOf(talk, "Username:", initial);
  if (typeof name !== "string") return name;
  const password = await responseOf(talk, "Password:", undefined);
  if (typeof password !== "string") return password;
  return check(talk, name, password);
}

/** What the client answers to a challenge, decoded; else what to say to it. */
async function responseOf(
  talk: Conversation,
  challenge: string,
  initial: string | undefined,
): Promise<string | Answer> {
  let text = initial;
  if (text === undefined) {
    const line = await talk.ask(Buffer.from(challenge).toString("base64"));
    if (line === undefined) return { reply: undefined };
    if (line === "too-long") return answer(500, "5.5.6", "The response is too long");
    text = Buffer.from(line).toString("latin1");
    if (text === "*") return answer(501, "5.7.0", "The log-in was cancelled");
  } else if (text === "=") text = "";
  return decoded(text) ?? answer(501, "5.5.2", "The response is not UTF-8 in base64");
}

/** RFC 4954 section 4: whatever is not base64 to its last sign is refused. */
function decoded(text: string): string | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(text, "base64"));
  } catch {
    return undefined;
  }
}

async function check(talk: Conversation, name: string, password: string): Promise<Answer> {
  const client = talk.connection.peerAddress;
  const result = await talk.services.authenticator.authenticate(name, password, { client });
  switch (result.kind) {
    case "accepted":
      talk.account = result.account;
      talk.services.logIns?.note({
        account: result.account,
        protocol: "submission",
        named: undefined,
        address: client,
      });
      return { ...answer(235, "2.7.0", "Logged in"), next: { kind: "logged-in", login: result } };
    case "wrong":
      return failed(talk, answer(535, "5.7.8", "The user name or the password is wrong"));
    case "refused":
      return failed(talk, refusalOf(result));
    case "unavailable":
      return answer(454, "4.7.0", "Log-in does not work at the moment; try again later");
  }
}

/** The password was right, so nobody who guesses learns from it; a second try is of no use while the account is as it is. */
function refusalOf({ why, sentence }: RefusedLogin): Answer {
  return why === "app-password" ? answer(535, "5.7.8", sentence) : answer(525, "5.7.13", sentence);
}

async function failed(talk: Conversation, refusal: Answer): Promise<Answer> {
  const { clock, limits } = talk.services;
  talk.failedLogins++;
  if (limits.failedLoginDelayMs > 0) await pause(clock, limits.failedLoginDelayMs);
  if (talk.failedLogins < limits.maxFailedLogins) return refusal;
  return { ...refusal, next: { kind: "close", why: "errors" } };
}
