/**
 * What can be bought (promise M1): plans differ in quota, aliases and sending limits. And what a change from one to another
 * is: going down waits until what is there fits, because nothing of a holder's is ever taken away to make it fit.
 */

export type Plan = {
  /** As settings and the record name it. */
  readonly name: string;
  /** Stripe's id of the price that is charged for it. */
  readonly price: string;
  readonly quotaBytes: number;
  readonly aliases: number;
  readonly sending: {
    readonly messagesAMinute: number;
    readonly recipientsAnHour: number;
    readonly recipientsADay: number;
    readonly firstsADay: number;
  };
};

/** What an account uses of a plan. */
export type Usage = { readonly octets: number; readonly aliases: number };

export type PlanChange =
  | { readonly kind: "same" }
  | { readonly kind: "upgrade" }
  | { readonly kind: "downgrade" }
  /** Each amount is what must go first; 0 where there is room. */
  | { readonly kind: "refused"; readonly octetsOver: number; readonly aliasesOver: number };

export function planChange(from: Plan, to: Plan, usage: Usage): PlanChange {
  if (from.name === to.name) return { kind: "same" };
  const octetsOver = Math.max(0, usage.octets - to.quotaBytes);
  const aliasesOver = Math.max(0, usage.aliases - to.aliases);
  if (octetsOver > 0 || aliasesOver > 0) return { kind: "refused", octetsOver, aliasesOver };
  return { kind: to.quotaBytes < from.quotaBytes || to.aliases < from.aliases ? "downgrade" : "upgrade" };
}
