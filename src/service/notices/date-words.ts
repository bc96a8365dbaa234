/** Points in time written out, in UTC, so that nobody has to guess a zone or the order of day and month. */
import type { Language } from "../../store/directory.ts";

const WEEKDAYS = {
  en: ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
  sv: ["söndag", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag"],
} as const;
const MONTHS = {
  en: "January February March April May June July August September October November December".split(" "),
  sv: "januari februari mars april maj juni juli augusti september oktober november december".split(" "),
} as const;

/** @param at epoch milliseconds */
export function dateWords(at: number, language: Language): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  const day = `${WEEKDAYS[language][date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[language][date.getUTCMonth()]}`;
  const [hour, minute] = [two(date.getUTCHours()), two(date.getUTCMinutes())];
  return language === "sv"
    ? `${day} ${date.getUTCFullYear()} kl. ${hour}.${minute} UTC`
    : `${day} ${date.getUTCFullYear()}, ${hour}:${minute} UTC`;
}
