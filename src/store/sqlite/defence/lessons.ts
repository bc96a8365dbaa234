/** A message teaches: once, and another word about it takes the first back. Inside the caller's transaction. */
import type { DefenceMemoryLimits, Lesson } from "../../defence-memory.ts";
import type { Holder } from "./holders.ts";
import { namePrint, wordPrints } from "./prints.ts";
import { type Counting, dayOf, type Statements, thin } from "./statements.ts";

export function learnLesson(
  sql: Statements,
  { id, key }: Holder,
  { kind, message, names, words }: Lesson,
  at: number,
  limits: DefenceMemoryLimits,
): "learned" | "changed" | "unchanged" {
  const day = dayOf(at);
  const print = namePrint(key, "lesson", message);
  const isWanted = kind === "wanted";
  const before = sql.lesson.get(id, print) as number | undefined;
  if (before === Number(isWanted)) return "unchanged";
  const counts = [Number(isWanted), Number(!isWanted)] as const;
  const count = ({ add, takeBack }: Counting, prints: readonly number[]): void => {
    for (const one of prints) {
      // What this message had taught before is the other kind.
      if (before !== undefined) takeBack.run(counts[1], counts[0], id, one);
      add.run(id, one, ...counts, day);
    }
  };
  count(
    sql.senderCounts,
    [...new Set(names)].map((name) => namePrint(key, "sender", name)),
  );
  count(sql.wordCounts, wordPrints(key, words));
  sql.putLesson.run(id, print, Number(isWanted), day);
  thin(sql.senders, id, limits.senders);
  thin(sql.words, id, limits.words);
  thin(sql.lessons, id, limits.lessons);
  return before === undefined ? "learned" : "changed";
}
