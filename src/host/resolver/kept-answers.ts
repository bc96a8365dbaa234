/**
 * A resolver that keeps answers for a short while, for who asks the same of many messages: mail comes in runs, and a question
 * to a resolver on this machine costs a tenth of a millisecond here and half as much there. Only what was answered is
 * kept, no longer than its TTL allows, and a bounded amount of it; questions that are under way are asked once.
 */
import { type Clock, MINUTE, SECOND } from "../clock.ts";
import type { Answer, RecordType, Resolver } from "./answer.ts";

export type KeptAnswersLimits = {
  /** Records, at most and never longer than their TTL: a name's owner expects changes to count soon. */
  readonly recordsMs: number;
  /** That there is nothing: the answer's own time is not told here, and a record may just have been published. */
  readonly nothingMs: number;
  readonly answers: number;
  /** Octets of the text of one answer; a larger one is not kept. With `answers` this bounds memory to some 8 MiB. */
  readonly answerBytes: number;
};

export const keptAnswersLimits: KeptAnswersLimits = Object.freeze({
  recordsMs: MINUTE,
  nothingMs: 10 * SECOND,
  answers: 2000,
  answerBytes: 4096,
});

type Kept = {
  readonly answer: Promise<Answer<RecordType>>;
  /** Once it is there. */
  settled: Answer<RecordType> | undefined;
  until: number;
};

export function keepAnswers(resolver: Resolver, clock: Clock, limits: KeptAnswersLimits = keptAnswersLimits): Resolver {
  // In the order in which they came: what is oldest gives way.
  const kept = new Map<string, Kept>();

  const ask = async (key: string, name: string, type: RecordType): Promise<Answer<RecordType>> => {
    const answer: Answer<RecordType> = await resolver.resolve(name, type);
    const mine = kept.get(key);
    const forMs = lifeOf(answer, limits);
    if (mine !== undefined && forMs > 0) {
      mine.settled = answer;
      mine.until = clock.now() + forMs;
    } else kept.delete(key);
    return answer;
  };

  const resolve = (name: string, type: RecordType): Promise<Answer<RecordType>> => {
    const key = `${type} ${name}`;
    const found = kept.get(key);
    if (found !== undefined && found.until > clock.now()) return found.answer;
    kept.delete(key);
    const [oldest] = kept.keys();
    if (kept.size >= limits.answers && oldest !== undefined) kept.delete(oldest);
    const asked = ask(key, name, type);
    kept.set(key, { answer: asked, settled: undefined, until: Number.POSITIVE_INFINITY });
    return asked;
  };

  const atHand = (name: string, type: RecordType): Answer<RecordType> | undefined => {
    const found = kept.get(`${type} ${name}`);
    return found !== undefined && found.until > clock.now() ? found.settled : undefined;
  };

  return { resolve: resolve as Resolver["resolve"], atHand: atHand as NonNullable<Resolver["atHand"]> };
}

function lifeOf(answer: Answer<RecordType>, { recordsMs, nothingMs, answerBytes }: KeptAnswersLimits): number {
  if (answer.kind === "nxdomain" || answer.kind === "nodata") return nothingMs;
  if (answer.kind !== "records" || bytesOf(answer.records) > answerBytes) return 0;
  return Math.min(answer.ttlS * SECOND, recordsMs);
}

const bytesOf = (records: readonly unknown[]): number =>
  records.reduce((sum: number, record) => sum + (typeof record === "string" ? record.length : 300), 0);
