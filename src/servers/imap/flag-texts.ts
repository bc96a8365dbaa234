/**
 * Flags as the wire writes them, cached by their number: equal numbers are equal flags (store/flags.ts). One cache an
 * account, because each account numbers its own keyword sets.
 */
import { type Flags, keywordSetOf, SYSTEM_FLAGS, systemOf } from "../../store/flags.ts";
import type { MailReader } from "../../store/mail-store.ts";

const SYSTEM_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, bits) =>
  SYSTEM_FLAGS.filter(([, bit]) => (bits & bit) !== 0)
    .map(([name]) => name)
    .join(" "),
);

/** Combinations of keywords are few; whoever makes very many must not fill the memory. */
const MAX_TEXTS = 2000;

export class FlagTexts {
  readonly #texts = new Map<number, string>();

  /** The flags without parentheses; undefined when `load` must be awaited first. */
  of(value: Flags): string | undefined {
    return value < 256 ? SYSTEM_TEXTS[value] : this.#texts.get(value);
  }

  /** Learns the names of one number. */
  async load(reader: MailReader, value: Flags): Promise<string> {
    const known = this.of(value);
    if (known !== undefined) return known;
    const keywords = (await reader.keywordSet(keywordSetOf(value))).join(" ");
    const system = SYSTEM_TEXTS[systemOf(value)];
    const text = system === "" ? keywords : `${system} ${keywords}`;
    this.#texts.set(value, text);
    return text;
  }

  /** Learns what rows need, so that `of` answers for each of them. */
  async loadAll(reader: MailReader, rows: readonly { readonly flags: Flags }[]): Promise<void> {
    if (this.#texts.size > MAX_TEXTS) this.#texts.clear();
    for (const row of rows) if (this.of(row.flags) === undefined) await this.load(reader, row.flags);
  }
}
