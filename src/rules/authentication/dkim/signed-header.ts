/**
 * The header of a message as signatures see it: which fields they cover (RFC 6376 section 5.4.2), and the octets of
 * those in either form (RFC 6376 sections 3.4.1 and 3.4.2). A field is brought into its form once, whoever signs it.
 */
import { type HeaderField, headerFields } from "../../../syntax/message/header-fields.ts";
import { octetString } from "../../../syntax/message/octets.ts";
import { relaxedField } from "../../dkim/canonical.ts";

export type Canonicalization = "simple" | "relaxed";

export type SignedField = {
  /** Lower case. */
  readonly name: string;
  /** Unfolded and trimmed, an octet a character. */
  readonly value: string;
  /** Name to line end, an octet a character. */
  readonly raw: string;
};

export class SignedHeader {
  readonly fields: readonly SignedField[];
  readonly #byName = new Map<string, SignedField[]>();
  readonly #relaxed = new Map<SignedField, string>();

  /** @param fields those of the header, where somebody has read them already */
  constructor(header: Uint8Array, fields?: readonly HeaderField[]) {
    const text = octetString(header);
    this.fields = (fields ?? headerFields(header, text)).map(({ name, value, start, end }) => ({
      name,
      value,
      raw: text.slice(start, end),
    }));
    for (const field of this.fields) {
      // What is no field nobody can sign, not even with an empty name in h=.
      if (field.name === "") continue;
      const same = this.#byName.get(field.name);
      if (same === undefined) this.#byName.set(field.name, [field]);
      else same.push(field);
    }
  }

  /** All fields of this name, the first one first. */
  named(name: string): readonly SignedField[] {
    return this.#byName.get(name) ?? [];
  }

  /** The octets that a signature covers: the fields it names, then its own without the value of b=. */
  covered(signature: SignedField, names: readonly string[], form: Canonicalization): Buffer {
    const taken = new Map<string, number>();
    const parts: string[] = [];
    for (const name of names) {
      const same = this.named(name);
      // The last one counts first; one that is not there counts as nothing, and so does the signature itself.
      let at = taken.get(name) ?? same.length;
      do at--;
      while (at >= 0 && same[at] === signature);
      taken.set(name, Math.max(at, 0));
      const field = same[at];
      if (field !== undefined) parts.push(form === "simple" ? field.raw : this.relaxed(field));
    }
    const own = withoutSignature(signature.raw);
    parts.push(form === "simple" ? own.replace(/\r?\n$/, "") : relaxedField(own));
    return Buffer.from(parts.join(""), "latin1");
  }

  /** In relaxed form, with its line end. */
  relaxed(field: SignedField): string {
    let text = this.#relaxed.get(field);
    if (text === undefined) {
      text = `${relaxedField(field.raw)}\r\n`;
      this.#relaxed.set(field, text);
    }
    return text;
  }
}

/** RFC 6376 section 3.7: the field as it was signed, with an empty b=. */
export function withoutSignature(raw: string): string {
  const colon = raw.indexOf(":") + 1;
  return raw.slice(0, colon) + raw.slice(colon).replace(/(^|;)([ \t\r\n]*b[ \t\r\n]*=)[^;]*/, blank);
}

/** What folds the end of the field is no part of the value. */
function blank(whole: string, before: string, name: string): string {
  return before + name + (/\r?\n$/.exec(whole)?.[0] ?? "");
}
