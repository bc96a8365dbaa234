/**
 * An event as text. In sealed segments: one JSON object a line, `{"at":epoch milliseconds,"event":name,...fields}`.
 * On the process's own output: a line with public fields alone, for journals keep it for months (promises L1, L2).
 */
import { type EventName, events } from "../events/events.ts";

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Longest line in a segment, in characters; what is longer has its strings cut. */
const MOST = 4096;
const CUT = 200;

/** Writes one event for a segment, without the line's end. */
export function sealedLine(at: number, name: EventName, fields: Fields): string {
  const line = JSON.stringify({ at, event: name, ...fields });
  return line.length <= MOST ? line : JSON.stringify({ at, event: name, ...fields }, cut);
}

const cut = (_key: string, value: unknown): unknown =>
  typeof value === "string" && value.length > CUT ? `${value.slice(0, CUT)}...` : value;

/** Writes what a warning or an error says in public; `undefined` for levels below. */
export function publicLine(at: number, name: EventName, fields: Fields): string | undefined {
  const { level, fields: kinds } = events[name];
  if (level !== "warning" && level !== "error") return undefined;
  const shown = Object.entries(kinds)
    .filter(([field, kind]) => isPublic(kind) && fields[field] !== undefined)
    .map(([field]) => ` ${field}=${JSON.stringify(fields[field])}`);
  return `${new Date(at).toISOString()} ${level} ${name}${shown.join("")}`;
}

const isPublic = (kind: string): boolean => kind.startsWith("public ");
