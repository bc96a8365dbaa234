/** How much each account has sent lately, in memory, for tests. */
import type { AccountId } from "../ids.ts";
import type { SendCounts, Sending, SentMinute } from "../send-counts.ts";
import { StoreError } from "../store-error.ts";

type Known = {
  readonly minutes: Map<number, Sending>;
  /** By minute, what of its `firsts` was charged. */
  readonly charged: Map<number, number>;
  readonly recipients: Map<string, number>;
};

export function memorySendCounts(): SendCounts {
  const accounts = new Map<AccountId, Known>();
  let closed = false;
  const of = (account: AccountId): Known => {
    if (closed) throw new StoreError("closed", "The counts of sending are closed.");
    let known = accounts.get(account);
    if (known === undefined)
      accounts.set(account, (known = { minutes: new Map(), charged: new Map(), recipients: new Map() }));
    return known;
  };
  const minutesOf = (account: AccountId, since: number): readonly SentMinute[] =>
    [...of(account).minutes]
      .filter(([minute]) => minute >= since)
      .map(([minute, sending]) => ({ minute, ...sending }))
      .toSorted((a, b) => a.minute - b.minute);
  const strangersOf = (account: AccountId, addresses: readonly string[]): readonly string[] =>
    [...new Set(addresses)].filter((address) => !of(account).recipients.has(address));
  const add = (account: AccountId, minute: number, added: Sending, sign: 1 | -1): void => {
    const { minutes } = of(account);
    const old = minutes.get(minute) ?? { messages: 0, recipients: 0, firsts: 0 };
    minutes.set(minute, {
      messages: old.messages + sign * added.messages,
      recipients: old.recipients + sign * added.recipients,
      firsts: old.firsts + sign * added.firsts,
    });
  };

  return {
    async minutes(account, since) {
      return minutesOf(account, since);
    },
    async strangers(account, addresses) {
      return strangersOf(account, addresses);
    },
    async count(account, { minute, since }, recipients, allows) {
      const firsts = strangersOf(account, recipients).length;
      const added = { messages: 1, recipients: recipients.length, firsts };
      if (!allows(minutesOf(account, since), added)) return undefined;
      add(account, minute, added, 1);
      for (const recipient of recipients) of(account).recipients.set(recipient, minute);
      return added;
    },
    async takeBack(account, minute, added) {
      add(account, minute, added, -1);
    },
    async charge(account, { minute, since }, firsts, most) {
      const { charged } = of(account);
      const before = [...charged].filter(([at]) => at >= since).reduce((sum, [, one]) => sum + one, 0);
      const added = Math.max(0, Math.min(firsts, most - before));
      charged.set(minute, (charged.get(minute) ?? 0) + added);
      if (added > 0) add(account, minute, { messages: 0, recipients: 0, firsts: added }, 1);
      return added;
    },
    async forget(countsBefore, recipientsBefore) {
      let rows = 0;
      for (const { minutes, charged, recipients } of accounts.values()) {
        for (const minute of charged.keys()) if (minute < countsBefore) charged.delete(minute);
        for (const minute of minutes.keys()) if (minute < countsBefore && minutes.delete(minute)) rows++;
        for (const [recipient, at] of recipients) if (at < recipientsBefore && recipients.delete(recipient)) rows++;
      }
      return rows;
    },
    async forgetAccount(account) {
      of(account);
      accounts.delete(account);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
    },
  };
}
