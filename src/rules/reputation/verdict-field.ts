/**
 * The field that tells a holder, and the holder's Sieve script, why a message lies where it does. Its name begins like
 * those of scanners, so that one that arrives is taken out with theirs (spam-header.ts).
 */
import { type EditedField, newField } from "../../syntax/message/header-edit.ts";
import type { Verdict } from "./verdict.ts";

const NAME = "X-Spam-Verdict";
/** RFC 5322 section 2.1.1. */
const LINE = 78;
const MAX_REASON = 400;

/** Writes the field of a message that is taken; there is none for one that is not. */
export function verdictField(verdict: Verdict): EditedField | undefined {
  if (verdict.kind !== "inbox" && verdict.kind !== "junk") return undefined;
  const folder = verdict.kind === "junk" ? "Junk," : "Inbox,";
  return newField(NAME, folded([folder, `rule=${verdict.rule};`, ...words(verdict.reason)]));
}

/** Whatever a reason holds, no line of a header can be made with it. */
function words(reason: string): readonly string[] {
  return reason
    .slice(0, MAX_REASON)
    .replaceAll(/[^ -~]/g, "_")
    .split(" ")
    .filter((word) => word !== "");
}

function folded(all: readonly string[]): string {
  let text = "";
  let width = `${NAME}: `.length;
  for (const word of all) {
    const isFirst = text === "";
    if (!isFirst && width + 1 + word.length > LINE) {
      text += "\r\n ";
      width = 1;
    } else if (!isFirst) {
      text += " ";
      width++;
    }
    text += word;
    width += word.length;
  }
  return text;
}
