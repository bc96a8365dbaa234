/**
 * rspamd as a spam scanner and, where it keeps statistics for each person, as a pupil: /checkv2 of a normal worker,
 * /learnspam and /learnham of the controller.
 *
 * It is told the message, its envelope and who brought it; of a holder who sends, only that they have logged in. With
 * every message goes the request not to log it: rspamd writes then no line with addresses, and keeps no row in its
 * history, whatever its configuration says.
 */
import { isIP } from "node:net";
import { type ScanFailure, spamVerdict, unavailable } from "../../rules/scan-verdict.ts";
import type { Learned, MailToScan, SpamScanner, SpamTeacher } from "../../service/delivery/inbound-scanner.ts";
import { rspamdLimits, type ScannerLimits } from "./limits.ts";
import type { Place } from "./place.ts";
import { parseCheckAnswer, type RspamdScore } from "./rspamd-answer.ts";
import { askRspamd, type RspamdReply, type RspamdRequest } from "./rspamd-request.ts";
import { type Controller, type ReadConfiguration, rspamdStatus } from "./rspamd-status.ts";
import { type DeskOptions, ScanDesk } from "./scan-desk.ts";
import { userName } from "./user-name.ts";

export type RspamdOptions = {
  /** Of a normal worker. */
  readonly place: Place;
  /** For learning and for what an operator is told; without it neither. */
  readonly controller?: Controller;
  /** rspamd keeps statistics for each person (`per_user` of its classifier), by the name that it is told. */
  readonly perUser: boolean;
  /** Reads the configuration that rspamd runs with, where the service may (rspamd-configuration.ts). */
  readonly configuration?: ReadConfiguration;
} & Omit<DeskOptions, "limits"> &
  Partial<Pick<DeskOptions, "limits">>;

/** Nobody's name: it says that the sender has logged in, so that rspamd does not ask for SPF of a holder's own machine. */
const LOGGED_IN = "authenticated";

export function createRspamd(options: RspamdOptions): {
  readonly scanner: SpamScanner;
  readonly teacher: SpamTeacher | undefined;
} {
  const { place, controller, perUser, configuration, clock, limits = rspamdLimits, ...rest } = options;
  const desk = new ScanDesk({ clock, limits, ...rest });
  const ask = (at: Place, what: RspamdRequest, signal: AbortSignal): Promise<RspamdReply | ScanFailure> =>
    askRspamd(at, what, limits.maxAnswerBytes, signal);
  const scanner: SpamScanner = {
    name: "rspamd",
    async scan(message, marks) {
      const { content } = message;
      if (content.size > limits.maxMessageBytes) return { kind: "unscanned", why: "too-large" };
      // It does not look at nothing: an empty body is an answer in itself.
      if (content.size === 0) return spamVerdict({ score: 0, symbols: [] }, marks);
      const what = { path: "/checkv2", fields: fieldsOf(message, perUser, limits), content };
      const scored = await desk.converse<RspamdScore>(async (signal) => {
        const reply = await ask(place, what, signal);
        return typeof reply === "string" ? reply : verdictOf(reply, limits);
      });
      return "kind" in scored ? scored : spamVerdict(scored, marks, scored.isForced);
    },
    status: () =>
      rspamdStatus({
        place,
        controller,
        configuration,
        ask: (at, what) => desk.converse((signal) => ask(at, what, signal)),
      }),
  };
  if (controller === undefined || !perUser) return { scanner, teacher: undefined };
  const teacher: SpamTeacher = {
    async learn(content, as, user) {
      const name = userName(user);
      if (name === undefined) return unavailable("failed");
      if (content.size > limits.maxMessageBytes) return { kind: "unscanned", why: "too-large" };
      const fields = { Flags: "no_log", "Deliver-To": name, Password: controller.password };
      const what = { path: as === "spam" ? "/learnspam" : "/learnham", fields, content };
      return desk.converse<Learned>(async (signal) => {
        const reply = await ask(controller.place, what, signal);
        return typeof reply === "string" ? reply : learnedOf(reply.status);
      });
    },
  };
  return { scanner, teacher };
}

function fieldsOf(message: MailToScan, perUser: boolean, limits: ScannerLimits): RspamdRequest["fields"] {
  const { peer } = message;
  return {
    Flags: "no_log",
    From: message.sender,
    Rcpt: message.recipients.slice(0, limits.maxRecipients),
    "Queue-Id": message.id,
    // Whose statistics are asked; without this field rspamd would take the first recipient's address for a name.
    "Deliver-To": perUser ? (userName(message.user) ?? LOGGED_IN) : undefined,
    ...(peer === undefined
      ? { User: LOGGED_IN }
      : { IP: isIP(peer.address) === 0 ? undefined : peer.address, Helo: peer.helo }),
  };
}

function verdictOf({ status, body }: RspamdReply, limits: ScannerLimits): RspamdScore | ScanFailure {
  return status === 200 ? parseCheckAnswer(body, limits.maxSymbols) : "failed";
}

/** 208: it knew that; 204: the conditions of learning deny it. All else is for another time: so it speaks without its Redis. */
function learnedOf(status: number): Learned | ScanFailure {
  if (status === 200) return { kind: "learned" };
  return status === 204 || status === 208 ? { kind: "unchanged" } : "failed";
}
