/**
 * Domains in A-labels to U-labels (RFC 5890), for finding them as people read them. Decodes Punycode and
 * nothing more: what no table of IDNA would allow is decoded all the same, or stays. Never fails.
 */

/** The parameters of Punycode for domain names. */
const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const FIRST_BIAS = 72;
const FIRST_CODE = 128;
const MAX_CODE = 0x10ffff;
const DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** The label in Unicode; the same label when it is no A-label. @param label in lower case */
export function unicodeLabel(label: string): string {
  return label.startsWith("xn--") ? decode(label.slice(4)) || label : label;
}

/** Empty when it is no Punycode. */
function decode(text: string): string {
  const dash = text.lastIndexOf("-");
  const codes = Array.from(text.slice(0, Math.max(dash, 0)), (sign) => sign.charCodeAt(0));
  let code = FIRST_CODE;
  let bias = FIRST_BIAS;
  let position = 0;
  for (let at = dash + 1; at < text.length; position++) {
    const before = position;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = DIGITS.indexOf(text.charAt(at++));
      if (digit < 0 || at > text.length) return "";
      position += digit * weight;
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
      if (weight > MAX_CODE * BASE) return "";
    }
    const length = codes.length + 1;
    bias = adapted(position - before, length, before === 0);
    code += Math.floor(position / length);
    if (code > MAX_CODE) return "";
    position %= length;
    codes.splice(position, 0, code);
  }
  return String.fromCodePoint(...codes);
}

function adapted(step: number, length: number, isFirst: boolean): number {
  let delta = Math.floor(step / (isFirst ? DAMP : 2));
  delta += Math.floor(delta / length);
  let bias = 0;
  for (; delta > ((BASE - T_MIN) * T_MAX) / 2; bias += BASE) delta = Math.floor(delta / (BASE - T_MIN));
  return bias + Math.floor((BASE * delta) / (delta + SKEW));
}
