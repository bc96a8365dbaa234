/**
 * How an event of the program is declared: once, by name, with typed fields, each of which says how much it tells of a
 * person. `public` may be shown anywhere; `pseudonymous` (account id, session id) and `personal` (client address, mail
 * address, client name) rest only in sealed segments and die with the day's key. Promises L1 and L2.
 */

export type FieldKind = `${"public" | "pseudonymous" | "personal"} ${"string" | "number" | "boolean"}`;
export type Level = "debug" | "info" | "warning" | "error";
export type Declaration = {
  readonly level: Level;
  /** A sentence for the documentation. */
  readonly summary: string;
  readonly fields: Readonly<Record<string, FieldKind>>;
};
export type EventTable = Readonly<Record<string, Declaration>>;

type ValueOf<K extends FieldKind> = K extends `${string} string`
  ? string
  : K extends `${string} number`
    ? number
    : boolean;
/** The fields a caller gives with an event; `undefined` where a value is not known. */
export type FieldsOf<D extends Declaration> = {
  readonly [F in keyof D["fields"]]: ValueOf<D["fields"][F]> | undefined;
};
