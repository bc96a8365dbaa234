/** A line of the sealed log as a value, and how it is shown: as text for people, or as JSON. */
import { type EventName, events } from "../../host/events/events.ts";

type Value = string | number | boolean;

export type LogEntry = {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly event: string;
  readonly fields: Readonly<Record<string, Value>>;
};

/** @returns `undefined` for what is no line of the log. */
export function parseEntry(line: string): LogEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { at, event, ...fields } = value as Record<string, unknown>;
  if (typeof at !== "number" || typeof event !== "string") return undefined;
  return { at, event, fields: fields as LogEntry["fields"] };
}

/** What a field of an event tells of a person; what nobody declared may tell everything. */
export function fieldKind(event: string, field: string): "public" | "pseudonymous" | "personal" {
  const declared = Object.hasOwn(events, event) ? events[event as EventName] : undefined;
  const kind = (declared?.fields as Readonly<Record<string, string>> | undefined)?.[field] ?? "personal";
  return kind.split(" ", 1)[0] as ReturnType<typeof fieldKind>;
}

/** The entry with the fields alone that may be shown anywhere. */
export function onlyPublic({ at, event, fields }: LogEntry): LogEntry {
  const shown = Object.entries(fields).filter(([field]) => fieldKind(event, field) === "public");
  return { at, event, fields: Object.fromEntries(shown) };
}

/** Time, event and fields in one line. Nothing a peer sent reaches the terminal as a command to it. */
export function entryText({ at, event, fields }: LogEntry): string {
  const shown = Object.entries(fields).map(([field, value]) => ` ${field}=${plain(value)}`);
  return harmless(`${new Date(at).toISOString()} ${event}${shown.join("")}`);
}

/** As it rests: `{"at":epoch milliseconds,"event":name,...fields}`. */
export function entryJson({ at, event, fields }: LogEntry): string {
  return harmless(JSON.stringify({ at, event, ...fields }));
}

/** Words that need no quotes are shown without. */
const plain = (value: Value): string =>
  typeof value === "string" && /^[\w.:/+@-]+$/.test(value) ? value : JSON.stringify(value);

/** JSON leaves signs alone that a terminal obeys, or that turn the direction of text around. */
const harmless = (text: string): string =>
  text.replaceAll(
    /[\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
