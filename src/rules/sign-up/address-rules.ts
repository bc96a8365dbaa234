/**
 * Which name somebody may choose for an address when signing up: the part before the at sign, in ASCII, with letters folded
 * to lower case. Stricter than what an operator may give out by command: no name by which staff, systems, certificate
 * authorities or payments are known, and none that looks like one. A refusal is a value; sign-up-words.ts has its sentence.
 */
import { isReserved, skeletonOf } from "./reserved-names.ts";

export type NameRefusal =
  | "empty"
  | "domain"
  | "short"
  | "long"
  | "signs"
  | "ends"
  | "doubled"
  | "reserved"
  | "own-name";

export type CheckedName =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "refused"; readonly why: NameRefusal };

/** Characters of a name. */
export const NAME_LENGTH: { readonly least: number; readonly most: number } = Object.freeze({ least: 3, most: 40 });
/** A service whose name is shorter may call itself like a common word: then only the whole name is refused. */
const TELLING_LENGTH = 5;
const ALLOWED = /^[a-z0-9._-]+$/;
const ENDS = /^[a-z0-9].*[a-z0-9]$/;
const DOUBLED = /[._-]{2}/;

/** Brings a name into its canonical form, or says why it cannot be chosen. @param ownNames what the service is called: its name, its domains */
export function checkName(typed: string, ownNames: readonly string[]): CheckedName {
  const name = foldAscii(typed.trim());
  const why = shapeProblem(name) ?? meaningProblem(name, ownNames);
  return why === undefined ? { kind: "name", name } : { kind: "refused", why };
}

function shapeProblem(name: string): NameRefusal | undefined {
  if (name === "") return "empty";
  if (name.includes("@")) return "domain";
  if (!ALLOWED.test(name)) return "signs";
  if (name.length < NAME_LENGTH.least) return "short";
  if (name.length > NAME_LENGTH.most) return "long";
  if (!ENDS.test(name)) return "ends";
  return DOUBLED.test(name) ? "doubled" : undefined;
}

function meaningProblem(name: string, ownNames: readonly string[]): NameRefusal | undefined {
  if (isReserved(name)) return "reserved";
  const skeleton = skeletonOf(name);
  for (const own of ownNames.flatMap(waysToSay)) {
    if (skeleton === own || (own.length >= TELLING_LENGTH && skeleton.includes(own))) return "own-name";
  }
  return undefined;
}

/** A domain is also called by the label before its ending. */
function waysToSay(own: string): readonly string[] {
  const labels = foldAscii(own).split(".");
  const main = labels.length > 1 ? (labels.at(-2) ?? "") : "";
  return [own, main].map((text) => skeletonOf(foldAscii(text))).filter((text) => text.length >= NAME_LENGTH.least);
}

/** No sign beyond ASCII becomes one within it: what `toLowerCase` makes of the Kelvin sign is the letter k. */
function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
