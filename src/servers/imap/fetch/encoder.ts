/**
 * The items of FETCH that come ready from a row, made into one function per command: RFC 9051 section 7.5.2. What needs
 * the message's octets is in section.ts.
 */
import type { Columns, ListingRow } from "../../../store/mail-store.ts";
import type { FetchItem } from "../../../syntax/imap/command.ts";
import { encodeDateTime } from "../../../syntax/imap/date.ts";
import { bodyWithoutExtensions } from "../../../syntax/message/structure.ts";
import type { FlagTexts } from "../flag-texts.ts";

/** A row as far as the columns go that were asked for. */
export type Row = ListingRow;
type Encode = (row: Row) => string;
type RowItem = Exclude<FetchItem["kind"], "BODY[]" | "RFC822" | "RFC822.HEADER" | "RFC822.TEXT">;

const ORDER: readonly Columns[] = ["flags", "facts", "listing"];
const NEEDS: Readonly<Record<RowItem, Columns>> = {
  UID: "flags",
  FLAGS: "flags",
  MODSEQ: "flags",
  INTERNALDATE: "facts",
  "RFC822.SIZE": "facts",
  ENVELOPE: "listing",
  BODY: "listing",
  BODYSTRUCTURE: "listing",
};

function encodeOf(kind: RowItem, texts: FlagTexts): Encode {
  switch (kind) {
    case "UID":
      return (row) => `UID ${row.uid}`;
    case "FLAGS":
      return (row) => `FLAGS (${texts.of(row.flags)})`;
    case "MODSEQ":
      return (row) => `MODSEQ (${row.modSeq})`;
    case "INTERNALDATE":
      return (row) => `INTERNALDATE ${encodeDateTime(row.internalDate, row.zoneMinutes)}`;
    case "RFC822.SIZE":
      return (row) => `RFC822.SIZE ${row.size}`;
    case "ENVELOPE":
      return (row) => `ENVELOPE ${row.envelope}`;
    case "BODY":
      return (row) => `BODY ${bodyWithoutExtensions(row.structure)}`;
    case "BODYSTRUCTURE":
      return (row) => `BODYSTRUCTURE ${row.structure}`;
  }
}

/** Whether a row alone answers the item. */
export function isRowItem(item: FetchItem): item is FetchItem & { readonly kind: RowItem } {
  return item.kind in NEEDS;
}

/** The columns that answer these items. */
export function columnsFor(kinds: readonly RowItem[]): Columns {
  const needed = kinds.map((kind) => ORDER.indexOf(NEEDS[kind]));
  return ORDER[Math.max(0, ...needed)] as Columns;
}

/** Makes the function that writes these items of a row, parted by spaces. The texts of its flags must be loaded. */
export function rowEncoder(kinds: readonly RowItem[], texts: FlagTexts): Encode {
  const encodes = kinds.map((kind) => encodeOf(kind, texts));
  const [first, ...rest] = encodes;
  if (first === undefined) return () => "";
  return (row) => {
    let text = first(row);
    for (const encode of rest) text += ` ${encode(row)}`;
    return text;
  };
}
