/**
 * Reads a form as browsers send it without more: application/x-www-form-urlencoded (URL standard, section 5.1), bounded in
 * octets and fields. Files and JSON are not for us. Values keep their spaces; lines end in LF; other control characters are
 * a reason to refuse.
 */

/** What was sent, by name. Passwords are among it: never logged, never shown again. */
export interface Form {
  /** The first value of the field; "" when there is none. */
  text(name: string): string;
  /** Whether a box with this name was ticked, or a button pressed. */
  has(name: string): boolean;
  all(name: string): readonly string[];
}

export type FormOutcome =
  | { readonly kind: "form"; readonly form: Form }
  | { readonly kind: "refused"; readonly code: 400 | 413 | 415 };

export type FormLimits = { readonly maxBodyBytes: number; readonly maxFields: number };

const TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;
const CONTROL = /[^\P{Cc}\t\n]/u;

export async function readForm(request: Request, limits: FormLimits): Promise<FormOutcome> {
  if (!TYPE.test(request.headers.get("content-type") ?? "")) return { kind: "refused", code: 415 };
  // Who leaves in the middle of a form breaks the stream, and nothing else can.
  const body = await readBody(request, limits.maxBodyBytes).catch(() => "broken" as const);
  if (body === "broken") return { kind: "refused", code: 400 };
  if (body === undefined) return { kind: "refused", code: 413 };
  return parseForm(body.toString("latin1"), limits.maxFields);
}

export function parseForm(body: string, maxFields: number): FormOutcome {
  if (body.split("&", maxFields + 1).length > maxFields) return { kind: "refused", code: 413 };
  const fields = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(body)) {
    const text = value.replaceAll("\r\n", "\n");
    // What is not UTF-8 was decoded to this sign.
    if (CONTROL.test(name + text) || text.includes("\ufffd")) return { kind: "refused", code: 400 };
    fields.set(name, [...(fields.get(name) ?? []), text]);
  }
  const all = (name: string): readonly string[] => fields.get(name) ?? [];
  return { kind: "form", form: { all, has: (name) => fields.has(name), text: (name) => all(name)[0] ?? "" } };
}

/** @returns `undefined` when it is longer; then the rest is left unread. */
async function readBody(request: Request, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return undefined;
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of request.body ?? []) {
    length += piece.length;
    if (length > maxBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
