/**
 * The DNS as one message may use it: so many questions, so long, each asked once. What comes too late or is too much has
 * no answer, and no message waits longer than its time for whatever a stranger's name servers do.
 */
import type { Clock } from "../../host/clock.ts";
import type { Resolver } from "../../host/resolver/answer.ts";
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
  const timer = clock.after(limits.patienceMs, () => {
    isLate = true;
    for (const giveUp of waiting) giveUp();
    waiting.clear();
  });

  function ask(name: string, type: LookupType): Promise<Looked> {
    if (isLate || asked.size >= limits.maxQuestions) return Promise.resolve(NO_ANSWER);
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
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  };
}

async function answerOf(resolver: Resolver, name: string, type: LookupType): Promise<Looked> {
  if (type === "MX") {
    const answer = await resolver.resolve(name, "MX");
    if (answer.kind !== "records") return emptyOf(answer.kind);
    const best = answer.records.toSorted((a, b) => a.preference - b.preference);
    return { kind: "records", values: best.map(({ exchange }) => exchange) };
  }
  const answer = await resolver.resolve(name, type);
  return answer.kind === "records" ? { kind: "records", values: answer.records } : emptyOf(answer.kind);
}

function emptyOf(kind: "nxdomain" | "nodata" | "servfail" | "timeout"): Looked {
  return kind === "nxdomain" || kind === "nodata" ? { kind } : NO_ANSWER;
}
