/**
 * The same scanners for mail that leaves (promise F3). Spam is refused from a mark of its own on: there is no folder for it.
 * What a scanner did not look at goes out, for a holder may send large or encrypted files; a scanner that does not answer
 * makes the client try again, or lets the message go, as the settings say for each kind.
 */
import type { OutgoingScanner } from "../../service/delivery/scanner.ts";
import type { SpamScanner, VirusScanner } from "../../service/delivery/inbound-scanner.ts";
import type { Scored } from "../../rules/scan-verdict.ts";

/** What to do with a message that a scanner gave no answer about. */
export type WhenSilent = "defer" | "pass";

/** Rules that a refusal names. */
const MAX_NAMED = 3;

/** @param refuse the score from which on a message is refused */
export function outgoingSpamScanner(scanner: SpamScanner, refuse: number, whenSilent: WhenSilent): OutgoingScanner {
  return {
    async scan({ content, sender, recipients }) {
      const mail = { content, sender, recipients, peer: undefined, id: undefined, user: undefined };
      const verdict = await scanner.scan(mail, { junk: refuse, refuse });
      if (verdict.kind === "spam") return { kind: "refused", why: "spam", reason: reasonOf(verdict) };
      return verdict.kind === "unavailable" && whenSilent === "defer" ? { kind: "unavailable" } : { kind: "clean" };
    },
  };
}

export function outgoingVirusScanner(scanner: VirusScanner, whenSilent: WhenSilent): OutgoingScanner {
  return {
    async scan({ content }) {
      const verdict = await scanner.scan(content);
      if (verdict.kind === "virus") return { kind: "refused", why: "virus", reason: verdict.name };
      return verdict.kind === "unavailable" && whenSilent === "defer" ? { kind: "unavailable" } : { kind: "clean" };
    },
  };
}

function reasonOf({ score, symbols }: Scored): string {
  const named = symbols.slice(0, MAX_NAMED).map(({ name }) => name);
  return [`score ${score.toFixed(1)}`, ...named].join(", ");
}
