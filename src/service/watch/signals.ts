/**
 * What the watch takes from an event: one small value about one account. Events come by name with their fields; those
 * without the client's address are another's line of the same log-in, and are left alone. For sending, rows are added here.
 */
import { type AccountId, accountId } from "../../store/ids.ts";

export const SIGNALS = ["accepted", "accepted-app", "refused", "refused-app"] as const;
export type SignalKind = (typeof SIGNALS)[number];

export type Seen =
  | { readonly kind: "signal"; readonly account: AccountId; readonly signal: SignalKind; readonly client: string }
  | { readonly kind: "account-gone"; readonly account: AccountId };

type Fields = Readonly<Record<string, unknown>>;

const EVENTS: Readonly<Record<string, (account: AccountId, fields: Fields) => Seen | undefined>> = {
  "login.accepted": (account, fields) => signalOf(account, fields["appPassword"] ? "accepted-app" : "accepted", fields),
  "login.refused": (account, fields) => signalOf(account, fields["appPassword"] ? "refused-app" : "refused", fields),
  "account.deleted": (account) => ({ kind: "account-gone", account }),
};

/** Undefined when no rule has use for the event. */
export function seenIn(name: string, fields: Fields): Seen | undefined {
  const read = Object.hasOwn(EVENTS, name) ? EVENTS[name] : undefined;
  const account = fields["account"];
  return read === undefined || typeof account !== "string" ? undefined : read(accountId(account), fields);
}

function signalOf(account: AccountId, signal: SignalKind, { client }: Fields): Seen | undefined {
  return typeof client === "string" ? { kind: "signal", account, signal, client } : undefined;
}
