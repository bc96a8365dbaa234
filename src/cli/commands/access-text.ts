/** Accesses as text for operators. Addresses are looked up for him who reads; the record has ids alone. */
import type { AccessDetails, AccessLine, Opening, TransparencyRow } from "../../service/access/access.ts";
import type { Directory } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";

/** With the account's address, where it still has one. */
export type Addressed<T> = T & { readonly address: string | undefined };

export async function addressed<T extends { readonly account: AccountId | undefined }>(
  directory: Directory,
  line: T,
): Promise<Addressed<T>> {
  const address = line.account === undefined ? undefined : (await directory.byId(line.account))?.primary;
  return { ...line, address };
}

export function lineText(line: Addressed<AccessLine>): string {
  const { id, scope, openedAt, until, isOpen, bar, uses, toldAt, reason } = line;
  const state = isOpen ? `open until ${moment(until)}` : `over since ${moment(until)}`;
  const told = bar !== undefined ? `barred until ${moment(bar.until)}` : toldAt === undefined ? "not told yet" : "told";
  return `${id}  ${moment(openedAt)}  ${scope}  ${whose(line)}  case ${line.case}: ${reason}  (${state}, ${uses} uses, ${told})`;
}

export function detailsText(access: Addressed<AccessDetails>): string {
  const { entries, operator, approved, bar } = access;
  return [
    lineText(access),
    `operator: ${operator}${approved ? ", approved by the second operator" : ""}`,
    ...(bar === undefined ? [] : [`bar: ${bar.basis}`]),
    ...entries.map(({ what, at, says, line }) => {
      const facts = ["command", "scope", "how", "operator"].filter((name) => typeof says[name] === "string");
      return `${moment(at)}  ${what}  ${facts.map((name) => `${name} ${String(says[name])}`).join(", ")}  (line ${line ?? "none"})`;
    }),
  ].join("\n");
}

export const transparencyText = (rows: readonly TransparencyRow[]): string =>
  rows.length === 0
    ? "no access was opened"
    : rows
        .map(
          ({ year, scope, opened, onAll, barred, uses, told }) =>
            `${year}  ${scope}: ${opened} opened (${onAll} on all accounts, ${barred} with a legal bar), ${uses} uses, ${told} told`,
        )
        .join("\n");

/** What a second operator signs, for him to read. */
export function openingText({ address, scope, reason, forMs, bar, operator, ...rest }: Opening): string {
  return [
    `account:  ${address ?? "ALL ACCOUNTS"}`,
    `scope:    ${scope}`,
    `reason:   ${reason}`,
    `case:     ${rest.case}`,
    `for:      ${Math.round(forMs / 60_000)} minutes`,
    `operator: ${operator}`,
    ...(bar === undefined ? [] : [`bar:      the holder is not told until ${moment(bar.until)} (${bar.basis})`]),
  ].join("\n");
}

const whose = ({ account, address }: Addressed<AccessLine>): string =>
  account === undefined ? "all accounts" : (address ?? `${account} (closed)`);

const moment = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`;
