/**
 * How much a message's words look like what the holder called unwanted: Robinson's estimate for each word and Fisher's
 * method to join them, as most filters that learn have it. Says nothing before it has learned enough of both kinds.
 */

/** In how much mail that the holder called wanted, or unwanted, something was. */
export type Lessons = { readonly unwanted: number; readonly wanted: number };

export type WordsOpinion =
  | { readonly kind: "unknown" }
  /** From 0 (wanted) to 1 (unwanted); about half when the words speak for both or neither. */
  | { readonly kind: "estimate"; readonly probability: number };

/** Lessons of each kind below which nothing is said: few words of few messages speak for themselves. */
export const LEAST_LESSONS = 10;
const LEAST_WORDS = 5;
/** The words that say most; more are echoes of these. */
const MOST_WORDS = 100;
/** Words that say less than this are left out. */
const LEAST_SAID = 0.1;
/** What is assumed of a word nobody has seen, and how many sightings that counts (Robinson's x and s). */
const ASSUMED = 0.5;
const STRENGTH = 0.5;

/** @param words lessons in which each of the message's words was; those that are not known may be left out */
export function estimate(words: Iterable<Lessons>, lessons: Lessons): WordsOpinion {
  if (Math.min(lessons.unwanted, lessons.wanted) < LEAST_LESSONS) return { kind: "unknown" };
  const telling: number[] = [];
  for (const word of words) {
    const likely = likelihood(word, lessons);
    if (Math.abs(likely - ASSUMED) >= LEAST_SAID) telling.push(likely);
  }
  if (telling.length < LEAST_WORDS) return { kind: "unknown" };
  const most = telling.toSorted((a, b) => Math.abs(b - ASSUMED) - Math.abs(a - ASSUMED)).slice(0, MOST_WORDS);
  const wanted = chanceOf(most.map((likely) => Math.log(likely)));
  const unwanted = chanceOf(most.map((likely) => Math.log(1 - likely)));
  return { kind: "estimate", probability: (1 + wanted - unwanted) / 2 };
}

/** Strictly between 0 and 1. */
function likelihood({ unwanted, wanted }: Lessons, lessons: Lessons): number {
  const seen = unwanted + wanted;
  if (seen <= 0) return ASSUMED;
  // Counts of a word can outlive the lessons they come from.
  const inUnwanted = Math.min(1, unwanted / lessons.unwanted);
  const inWanted = Math.min(1, wanted / lessons.wanted);
  return (STRENGTH * ASSUMED + (seen * inUnwanted) / (inUnwanted + inWanted)) / (STRENGTH + seen);
}

/** How likely chance alone gives probabilities as small as these: chi-square of twice as many degrees of freedom. */
function chanceOf(logarithms: readonly number[]): number {
  const half = -logarithms.reduce((sum, one) => sum + one, 0);
  // Where this is zero in floating point, the whole is less than anything that could matter: the terms are few.
  let term = Math.exp(-half);
  let sum = term;
  for (let n = 1; n < logarithms.length; n++) {
    term *= half / n;
    sum += term;
  }
  return Math.min(1, sum);
}
