/** Amounts of mail written out: in the unit that needs no more than three digits before the point. */
import type { Language } from "../../store/directory.ts";

const UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

export function sizeWords(octets: number, language: Language): string {
  let amount = octets / 1024;
  let unit = 0;
  for (; amount >= 1000 && unit < UNITS.length - 1; unit++) amount /= 1024;
  const digits = amount >= 10 || Number.isInteger(amount) ? 0 : 1;
  const text = amount.toFixed(digits);
  return `${language === "sv" ? text.replace(".", ",") : text} ${UNITS[unit]}`;
}
