/**
 * The DNS as one message may use it: so many questions, so long, each asked once. What comes too late or is too much has
 * no answer, and no message waits longer than its time for whatever a stranger's name servers do. What is at hand costs
 * no time and no timer.
 */
import type { Clock } from "../../host/clock.ts";
import type { Answer, RecordData, Resolver } from "../../host/resolver/answer.ts";
import type { Looked, Lookup, LookupType } from "../../rules/authentication/lookup.ts";

export type MessageLookup = Disposable & { readonly lookup: Lookup };

const NO_ANSWER: Looked = { kind: "temporary" };

/** Opens the lookups of one message; dispose it when the message is judged. */
export function openLookup(
  resolver: Resolver,
  clock: Clock,
  limits: { readonly patienceMs: number; readonly maxQuestions: number },
): MessageLookup {
  const asked = new Map<string, Promise<Looked>>();
  const waiting = new Set<() => void>();
  let isLate = false;
  const openedAt = clock.steady();
  let timer: Disposable | undefined;

  function beLate(): void {
    isLate = true;
    for (const giveUp of waiting) giveUp();
    waiting.clear();
  }

  function ask(name: string, type: LookupType): Promise<Looked> {
    if (isLate || asked.size >= limits.maxQuestions) return Promise.resolve(NO_ANSWER);
    const kept = resolver.atHand?.(name, type);
    if (kept !== undefined) return keptLook(kept);
    timer ??= clock.after(Math.max(0, openedAt + limits.patienceMs - clock.steady()), beLate);
    return new Promise((resolve) => {
      const giveUp = (): void => resolve(NO_ANSWER);
      waiting.add(giveUp);
      const settle = (looked: Looked): void => {
        waiting.delete(giveUp);
        resolve(looked);
      };
      answerOf(resolver, name, type).then(settle, giveUp);
    });
  }

  return {
    lookup: (written, type) => {
      // Macros of SPF have letters as the sender wrote them.
      const name = written.toLowerCase();
      const key = `${type} ${name}`;
      let answer = asked.get(key);
      if (answer === undefined) {
        answer = ask(name, type);
        if (asked.size < limits.maxQuestions) asked.set(key, answer);
      }
      return answer;
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  };
}

async function answerOf(resolver: Resolver, name: string, type: LookupType): Promise<Looked> {
  return lookedOf(await resolver.resolve(name, type));
}

/** As long as an answer is kept it is made once, and so is what others make of its values. */
const looks = new WeakMap<Answer<LookupType>, Promise<Looked>>();

function keptLook(answer: Answer<LookupType>): Promise<Looked> {
  let looked = looks.get(answer);
  if (looked === undefined) {
    looked = Promise.resolve(lookedOf(answer));
    looks.set(answer, looked);
  }
  return looked;
}

function lookedOf(answer: Answer<LookupType>): Looked {
  if (answer.kind === "records") return { kind: "records", values: valuesOf(answer.records) };
  return answer.kind === "nxdomain" || answer.kind === "nodata" ? { kind: answer.kind } : NO_ANSWER;
}

function valuesOf(records: readonly RecordData[LookupType][]): readonly string[] {
  const exchanges = records.filter((record) => typeof record !== "string");
  if (exchanges.length === 0) return records.filter((record) => typeof record === "string");
  return exchanges.toSorted((a, b) => a.preference - b.preference).map(({ exchange }) => exchange);
}
