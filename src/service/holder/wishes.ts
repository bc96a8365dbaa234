/**
 * Changes what a holder wishes of the service, and how much room an account has. What is asked for comes as text, from a
 * command line or a form; what is wrong with it is a value, with a sentence to show.
 */
import type { Directory, Preferences } from "../../store/directory.ts";
import type { AccountId } from "../../store/ids.ts";
import type { MailStore } from "../../store/mail-store.ts";
import { asciiHostName } from "../dns/a-labels.ts";

/** What is left out stays as it is. */
export type Wishes = {
  /** A number of days, or `never`. */
  readonly emptyJunk?: string;
  readonly emptyTrash?: string;
  /** Domains to add and to take away, in any script and case. */
  readonly forwarders?: readonly string[];
  readonly noForwarders?: readonly string[];
};

/** `sentence` says what to do. */
export type NotWished = { readonly kind: "refused"; readonly sentence: string };

export const wishLimits: { readonly maxDays: number; readonly maxForwarders: number } = Object.freeze({
  /** Ten years: beyond that somebody means never. */
  maxDays: 3650,
  /** Each is compared with each mail whose author's domain asks for a rejection. */
  maxForwarders: 50,
});

/** @throws StoreError */
export async function changeWishes(
  directory: Pick<Directory, "preferences" | "setPreferences">,
  account: AccountId,
  wishes: Wishes,
): Promise<{ readonly kind: "changed"; readonly preferences: Preferences } | NotWished> {
  const before = await directory.preferences(account);
  const changed = withWishes(before, wishes);
  if ("sentence" in changed) return changed;
  if ((await directory.setPreferences(account, changed)) === "no-account")
    return refused("the account is gone: it was deleted meanwhile");
  return { kind: "changed", preferences: { ...before, ...changed } };
}

/** What is wished here; whether the filter learns is set by itself (learning.ts). */
type Wished = Omit<Preferences, "learns">;

/** Sets an account's room; what is there stays, also when it is more than that. May be repeated. @throws StoreError */
export async function changeQuota(
  { directory, mail }: { readonly directory: Pick<Directory, "setQuota">; readonly mail: Pick<MailStore, "write"> },
  account: AccountId,
  quotaBytes: number,
): Promise<"set" | "no-account"> {
  const outcome = await directory.setQuota(account, quotaBytes);
  if (outcome === "set") await mail.write(account).setQuota(quotaBytes);
  return outcome;
}

function withWishes(before: Wished, wishes: Wishes): Wished | NotWished {
  const emptyJunkDays = wishes.emptyJunk === undefined ? before.emptyJunkDays : daysOf(wishes.emptyJunk);
  const emptyTrashDays = wishes.emptyTrash === undefined ? before.emptyTrashDays : daysOf(wishes.emptyTrash);
  if (Number.isNaN(emptyJunkDays) || Number.isNaN(emptyTrashDays))
    return refused(`give a whole number of days from 1 to ${wishLimits.maxDays}, or never`);
  const forwarders = new Set(before.forwarders);
  for (const [isWanted, texts] of [
    [false, wishes.noForwarders ?? []],
    [true, wishes.forwarders ?? []],
  ] as const) {
    for (const text of texts) {
      const domain = domainOf(text);
      if (domain === undefined) return refused("a forwarder is a domain, such as alumni.example.org");
      if (isWanted) forwarders.add(domain);
      else forwarders.delete(domain);
    }
  }
  if (forwarders.size > wishLimits.maxForwarders)
    return refused(`an account has at most ${wishLimits.maxForwarders} forwarders: take away one that is not in use`);
  return { emptyJunkDays, emptyTrashDays, forwarders: [...forwarders].toSorted() };
}

/** NaN when it is neither days nor `never`. */
function daysOf(text: string): number | undefined {
  if (text === "never") return undefined;
  const days = /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return days >= 1 && days <= wishLimits.maxDays ? days : Number.NaN;
}

/** A domain with at least two labels: whoever names `org` would believe half the world. */
function domainOf(text: string): string | undefined {
  const domain = asciiHostName(text.trim());
  return domain?.includes(".") === true ? domain : undefined;
}

const refused = (sentence: string): NotWished => ({ kind: "refused", sentence });
