/**
 * Every class of object at the places of the backups (src/service/backup/object-names.ts): sets and what they name at the
 * target, what opens them and the ledger at the escrow place.
 */
import { hours, livesAs, type NamedClass, TEN_DAYS } from "../classified.ts";

export type PlaceKind = "target" | "escrow";

const TIME = String.raw`(?<time>\d{8}t\d{6}z)-[0-9a-f]{8}`;
const DAY = String.raw`(?<day>\d{4}-\d\d-\d\d)-[0-9a-f]{8}`;
const named = livesAs("the sets that name it");

export const placeObjects: Readonly<Record<PlaceKind, readonly NamedClass[]>> = {
  target: [
    { name: /pack\/[0-9a-f]{2}\/[0-9a-f]{32}/, what: "packs of sealed messages", promise: "D4", limit: named },
    { name: /part\/[0-9a-f]{2}\/[0-9a-f]{32}\.\d+/, what: "sealed parts, one an account", promise: "D4", limit: named },
    {
      name: new RegExp(String.raw`set/${TIME}/(?:head|body\.\d+|names\.\d+)`),
      what: "backup sets",
      promise: "D2, D4",
      limit: hours(TEN_DAYS),
    },
  ],
  escrow: [
    {
      name: new RegExp(String.raw`set/${TIME}\.age`),
      what: "keys of backup sets",
      promise: "D2, D4",
      limit: hours(TEN_DAYS),
    },
    {
      name: new RegExp(String.raw`ledger/${DAY}\.age`),
      what: "keys of the ledger",
      promise: "D5",
      limit: hours(TEN_DAYS),
    },
    {
      name: new RegExp(String.raw`ledger/${DAY}/.+`),
      what: "the ledger: what was deleted since",
      promise: "D5",
      limit: hours(TEN_DAYS),
    },
    {
      name: /heads\/access-(?<day>\d{4}-\d\d-\d\d)\.json/,
      what: "heads of the record of staff access",
      promise: "A7",
      limit: hours(402 * 24),
    },
  ],
};
