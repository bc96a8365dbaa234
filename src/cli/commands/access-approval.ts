/** The commands between the two operators: they work on text alone and need neither service nor stores. */
import { systemClock } from "../../host/clock.ts";
import { approve, readRequest, requestText } from "../../service/access/approval.ts";
import { checkOpening } from "../../service/access/opening.ts";
import { type Given, type LocalCommand, text } from "../command.ts";
import type { Exit } from "../exit-code.ts";
import { operatorName } from "../gate.ts";
import { UsageError } from "../usage-error.ts";
import { OPENING_ARGUMENTS, OPENING_OPTIONS, openingOf } from "./access-opening.ts";
import { openingText } from "./access-text.ts";

export const approvalCommands: readonly LocalCommand[] = [
  {
    name: "access request",
    where: "here",
    summary: "Make a request for an access, to be signed by the second operator within 24 hours",
    arguments: OPENING_ARGUMENTS,
    options: OPENING_OPTIONS,
    examples: [
      'altmail access request ada@example.org --scope mail --reason "court order on a single account" --case "7 Gs 12/26"',
    ],
    run: request,
  },
  {
    name: "access approve",
    where: "here",
    summary: "Show and sign a request, as the second operator, on a machine of his own",
    description:
      'Read what stderr shows: all of it is signed. What stdout shows goes back to who asked; he gives it to "altmail access open" as --approval. The key is an Ed25519 key in PEM form, as openssl genpkey -algorithm ed25519 makes it.',
    arguments: [{ name: "request", summary: 'what "altmail access request" printed' }],
    options: [{ name: "key", value: "FILE", summary: "your private key" }],
    examples: ["altmail access approve WyJhZGFA --key second-operator.key"],
    run: sign,
  },
];

async function request(given: Given): Promise<Exit> {
  const opening = openingOf({ ...given, operator: operatorName(given) });
  const wrong = typeof opening === "string" ? opening : checkOpening(opening, systemClock.now());
  if (typeof opening === "string" || wrong !== undefined) throw new UsageError(wrong ?? "");
  process.stderr.write(`${openingText(opening)}\n`);
  answer(given, "request", requestText(opening, systemClock.now()));
  return "done";
}

async function sign(given: Given): Promise<Exit> {
  if (text(given, "key") === "") throw new UsageError("say with which key: --key FILE");
  const approval = approve(text(given, "request"), text(given, "key"));
  const signed = readRequest(approval);
  if (signed !== undefined) process.stderr.write(`${openingText(signed.opening)}\n`);
  answer(given, "approval", approval);
  return "done";
}

const answer = (given: Given, name: string, value: string): void =>
  void process.stdout.write(given["json"] === true ? `${JSON.stringify({ [name]: value })}\n` : `${value}\n`);
