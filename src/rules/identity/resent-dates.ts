/**
 * A block of Resent fields has a date (RFC 5322 section 3.6): where who resent a message gave none, it is the moment at which
 * it leaves. A block is a run of fields whose names begin with Resent, and ends where one of them comes again.
 */
import { type EditedField, newField } from "../../syntax/message/header-edit.ts";
import { formatDate } from "../../syntax/smtp/trace.ts";

/** The same fields with the dates that were missing, each before the first field of its block. @param now epoch milliseconds */
export function withResentDates(fields: readonly EditedField[], now: number): readonly EditedField[] {
  if (!fields.some(({ name }) => name === "resent-from")) return fields;
  const count = (wanted: string): number => fields.filter(({ name }) => name === wanted).length;
  if (count("resent-date") >= count("resent-from")) return fields;
  const whole: EditedField[] = [];
  let block: EditedField[] = [];
  const finish = (): void => {
    const has = (wanted: string): boolean => block.some(({ name }) => name === wanted);
    if (has("resent-from") && !has("resent-date")) whole.push(newField("Resent-Date", formatDate(now)));
    whole.push(...block);
    block = [];
  };
  for (const field of fields) {
    const isResent = field.name.startsWith("resent-");
    if (!isResent || block.some(({ name }) => name === field.name)) finish();
    if (isResent) block.push(field);
    else whole.push(field);
  }
  finish();
  return whole;
}
