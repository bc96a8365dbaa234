/**
 * ClamAV's daemon as a virus scanner: the octets of a message by INSTREAM, one connection a message (clamd(8)). It is told
 * the message and nothing else. What exceeds its limits, or ours, is unscanned and never clean; even so, clamd can call an
 * archive clean whose parts it was too large to look into, and does not say so.
 */
import { DAY } from "../../host/clock.ts";
import type { ScanFailure } from "../../rules/scan-verdict.ts";
import type { VirusScanner } from "../../service/delivery/inbound-scanner.ts";
import type { ContentSource } from "../../store/mail-store.ts";
import { type ClamdVersion, parseScanAnswer, parseVersionAnswer } from "./clamd-answer.ts";
import { clamdLimits } from "./limits.ts";
import { messagePieces } from "./message-pieces.ts";
import { findingsOfPlace, type Place } from "./place.ts";
import { type DeskOptions, ScanDesk } from "./scan-desk.ts";
import { ScannerLink } from "./scanner-link.ts";

export type ClamdOptions = { readonly place: Place } & Omit<DeskOptions, "limits"> &
  Partial<Pick<DeskOptions, "limits">>;

/** Signatures come several times a day; older ones miss what goes round now. */
const OLD_DAYS = 7;

export function createClamd({ place, clock, limits = clamdLimits, ...rest }: ClamdOptions): VirusScanner {
  const desk = new ScanDesk({ clock, limits, ...rest });
  const ask = async <T>(
    signal: AbortSignal,
    send: (link: ScannerLink) => Promise<void>,
    parse: (octets: Uint8Array) => T | ScanFailure,
  ): Promise<T | ScanFailure> => {
    const opened = await ScannerLink.open(place, signal, limits.maxAnswerBytes);
    if (typeof opened === "string") return opened;
    using link = opened;
    await send(link);
    const answer = await link.answer();
    return typeof answer === "string" ? answer : parse(answer);
  };
  return {
    name: "clamav",
    async scan(content) {
      if (content.size > limits.maxMessageBytes) return { kind: "unscanned", why: "too-large" };
      return desk.converse((signal) => ask(signal, (link) => stream(link, content), parseScanAnswer));
    },
    async status() {
      const send = async (link: ScannerLink): Promise<void> => void (await link.write("zVERSION\0"));
      const answer = await desk.converse<ClamdVersion>((signal) => ask(signal, send, parseVersionAnswer));
      const findings = findingsOfPlace(place, "clamd");
      if ("kind" in answer) return { ...answer, findings };
      const { version, signatures } = answer;
      return { kind: "alive", version, findings: [...findings, ...findingsOfAge(signatures, clock.now())] };
    },
  };
}

/** Each chunk after its length, and an empty one at the end. Stops early when clamd has answered or is gone. */
async function stream(link: ScannerLink, content: ContentSource): Promise<void> {
  if (!(await link.write("zINSTREAM\0"))) return;
  for await (const piece of messagePieces(content)) if (!(await link.write(lengthOf(piece.length), piece))) return;
  await link.write(lengthOf(0));
}

function lengthOf(bytes: number): Uint8Array {
  const octets = Buffer.allocUnsafe(4);
  octets.writeUInt32BE(bytes);
  return octets;
}

function findingsOfAge(signatures: number | undefined, now: number): readonly string[] {
  if (signatures === undefined)
    return ["clamd has no signatures of ClamAV; let freshclam run, else it finds next to nothing."];
  const days = Math.floor((now - signatures) / DAY);
  return days < OLD_DAYS ? [] : [`clamd's signatures are ${days} days old; see why freshclam does not bring new ones.`];
}
