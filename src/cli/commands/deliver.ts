/** The command that walks the way of mail to an address, step by step, and sends nothing. */
import type { Walked, WalkStep } from "../../service/dns/walk.ts";
import { stepText, walkedText } from "../../service/dns/walk-text.ts";
import { isAddressLiteral, isDomain, parseAddress } from "../../syntax/smtp/address.ts";
import { done, type StoreCommand, text } from "../command.ts";

export const deliverCommands: readonly StoreCommand[] = [
  {
    name: "deliver",
    where: "stores",
    access: "content-free",
    summary: "Walk the way of mail to an address, step by step, without sending any",
    description:
      "Asks for MX, MTA-STS, addresses and TLSA, says which policy decides, and opens a session with each address of each host up to EHLO over TLS, then QUIT. No address is named to anybody there. Of an address of our own it says whether mail for it is taken. The exit code is 1 when mail would not go now. With --json, each step is a line.",
    arguments: [{ name: "address", summary: "where mail would go: someone@example.net, or a domain" }],
    options: [{ name: "dry-run", summary: "only look; needed, for nothing else is done here" }],
    examples: ["altmail deliver --dry-run someone@example.net --home var"],
    wrong: (given) =>
      given["dry-run"] === true
        ? wrongAddress(text(given, "address").trim())
        : "this only walks the way of mail: say so with --dry-run",
    async work({ outgoing }, given, report) {
      const isJson = given["json"] === true;
      const tell = (step: WalkStep): Promise<void> => report.line(isJson ? JSON.stringify(step) : stepText(step));
      const walked = await outgoing.walk(text(given, "address").trim(), tell, report.signal);
      return outcomeOf(walked, isJson, report.line);
    },
    show: () => "",
  },
];

function wrongAddress(address: string): string | undefined {
  const isRight = address.includes("@")
    ? parseAddress(address) !== undefined
    : isDomain(address.replace(/\.$/, "")) || isAddressLiteral(address);
  return isRight
    ? undefined
    : "this is neither an address nor a domain: give it as someone@example.net, or example.net";
}

async function outcomeOf(
  walked: Walked,
  isJson: boolean,
  line: (text: string) => Promise<void>,
): ReturnType<StoreCommand["work"]> {
  const isGood = walked.kind === "goes" || walked.kind === "stays";
  if (isJson) await line(JSON.stringify({ kind: "end", walked }));
  if (!isGood) return { kind: "refused", sentence: walkedText(walked) };
  if (!isJson) await line(walkedText(walked));
  return done(undefined);
}
