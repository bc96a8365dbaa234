/** A policy file: what a domain promises of the hosts that take its mail (RFC 8461 sections 3.2, 4.1). */
import { readHostName } from "../route/host-name.ts";

export type StsPolicy = {
  readonly mode: "enforce" | "testing" | "none";
  readonly maxAgeS: number;
  /** Names, or `*.` and a name; in lower case. Empty only with mode `none`. */
  readonly mx: readonly string[];
};

/** RFC 8461 section 3.2: a year; what is longer counts as this. */
const MAX_AGE_S = 31_557_600;
const FIELD = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,31}):[ \t]*(\S(?:.*\S)?)[ \t]*$/;

/** Reads a policy file, each octet a character; `undefined` when it is not a valid one. */
export function readPolicy(text: string): StsPolicy | undefined {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const single = new Map<string, string>();
  const mx: string[] = [];
  for (const line of lines) {
    const [, name = "", value = ""] = FIELD.exec(line) ?? [];
    if (name === "" || hasControl(value)) return undefined;
    if (name === "mx") {
      const pattern = readPattern(value);
      if (pattern === undefined) return undefined;
      mx.push(pattern);
    } else if (!single.has(name)) single.set(name, value);
  }
  const mode = single.get("mode");
  const maxAge = single.get("max_age") ?? "";
  if (single.get("version") !== "STSv1" || !/^[0-9]{1,10}$/.test(maxAge)) return undefined;
  if (mode !== "enforce" && mode !== "testing" && mode !== "none") return undefined;
  if (mx.length === 0 && mode !== "none") return undefined;
  return { mode, maxAgeS: Math.min(Number(maxAge), MAX_AGE_S), mx };
}

function readPattern(value: string): string | undefined {
  const isWild = value.startsWith("*.");
  const name = readHostName(isWild ? value.slice(2) : value);
  if (name === undefined) return undefined;
  return isWild ? `*.${name}` : name;
}

/** A wildcard stands for exactly one label. `host` as {@link readHostName} gives it. */
export function matchesPolicy(policy: StsPolicy, host: string): boolean {
  const parent = host.slice(host.indexOf(".") + 1);
  return policy.mx.some((pattern) => pattern === host || (host.includes(".") && pattern === `*.${parent}`));
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}
