/**
 * From a name up the tree of the DNS to the records that hold for it, and to its organizational domain: RFC 9989
 * sections 4.10 to 4.10.2. No list of public suffixes is needed.
 */
import { canBeAsked, type Lookup } from "../lookup.ts";
import { type DmarcRecord, publishedRecord } from "./record.ts";

export type Step = { readonly domain: string; readonly record: DmarcRecord };

export type Walk = {
  /** Where the walk began. */
  readonly start: string;
  /** Names with a record, the longest first. */
  readonly steps: readonly Step[];
  /** False when the DNS did not answer on the way: what is above is unknown. */
  readonly isWhole: boolean;
};

/** RFC 9989 section 4.10: names longer than this are left out, so that 8 questions are the most. */
const MAX_LABELS = 7;

/** What stands at one name: a record, none, or no answer. */
type At = DmarcRecord | "none" | "temporary";

/** Walks for one message; names are asked for once. */
export class TreeWalker {
  readonly #lookup: Lookup;
  readonly #asked = new Map<string, Promise<At>>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  /** @param start in A-labels */
  async walk(start: string): Promise<Walk> {
    const steps: Step[] = [];
    for (const domain of targets(start)) {
      const record = await this.#at(domain);
      if (record === "temporary") return { start, steps, isWhole: false };
      if (record === "none") continue;
      steps.push({ domain, record });
      if (record.publicSuffix !== "unsaid") break;
    }
    return { start, steps, isWhole: true };
  }

  #at(domain: string): Promise<At> {
    let answer = this.#asked.get(domain);
    if (answer === undefined) {
      answer = this.#ask(`_dmarc.${domain}`);
      this.#asked.set(domain, answer);
    }
    return answer;
  }

  async #ask(name: string): Promise<At> {
    if (!canBeAsked(name)) return "none";
    const found = await this.#lookup(name, "TXT");
    if (found.kind === "temporary") return "temporary";
    return found.kind === "records" ? publishedRecord(found.values) : "none";
  }
}

/** The name, then it without its first label and so on; what is longer than 8 labels is cut to 7 at once. */
function targets(start: string): readonly string[] {
  const labels = start.split(".");
  const names = [start];
  for (let count = Math.min(labels.length - 1, MAX_LABELS); count > 0; count--)
    names.push(labels.slice(-count).join("."));
  return names;
}

/** RFC 9989 section 4.10.2. */
export function organizationalDomain({ start, steps }: Walk): string {
  for (const { domain, record } of steps) {
    if (record.publicSuffix === "no") return domain;
    if (record.publicSuffix === "yes" && domain !== start) return oneBelow(domain, start);
  }
  return steps.at(-1)?.domain ?? start;
}

/** The name one label longer than `domain` on the way to `name`. */
function oneBelow(domain: string, name: string): string {
  return name
    .split(".")
    .slice(-(domain.split(".").length + 1))
    .join(".");
}

/** RFC 9989 section 4.10.1: the record of the name itself, else that of its organizational domain, else of the suffix. */
export function applicableStep(walk: Walk): Step | undefined {
  const organization = organizationalDomain(walk);
  return (
    walk.steps.find(({ domain }) => domain === walk.start) ??
    walk.steps.find(({ domain }) => domain === organization) ??
    walk.steps.find(({ record }) => record.publicSuffix === "yes")
  );
}
