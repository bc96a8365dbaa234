/**
 * Who is to be told of an access, and when (docs/access.md has the reasons). The holder of the account, at once; when the
 * law forbids it, when the bar ends. Of an access to all accounts: each holder whose account a use named; everyone, when
 * a use that named nobody came near mail or log-ins; and otherwise nobody singly, but the published numbers tell of it.
 */
import type { Log } from "../../host/events/events.ts";
import type { Directory } from "../../store/directory.ts";
import { type AccountId, accountId } from "../../store/ids.ts";
import { StoreError } from "../../store/store-error.ts";
import type { HolderNotice, Notices } from "../notices/notices.ts";
import type { AccessState, Told } from "./entry.ts";

export type Owed =
  | { readonly kind: "account"; readonly account: AccountId }
  | { readonly kind: "everyone" }
  | { readonly kind: "numbers" };

/** Who is still to be told, whether or not a bar forbids it now. */
export function owedBy(state: AccessState, now: number): readonly Owed[] {
  const { opened, uses, told } = state;
  const hasBeen = new Set(told.map(({ account }) => account));
  const everyone = told.find(({ how }) => how === "everyone");
  const named = opened.account === null ? uses.map(({ account }) => account) : [opened.account];
  const due = everyone === undefined ? named : everyone.except;
  const owed: Owed[] = [...new Set(due)]
    .filter((account) => account !== null && !hasBeen.has(account))
    .map((account) => ({ kind: "account", account: accountId(String(account)) }));
  const isNear = uses.some(({ account, scope }) => account === null && scope !== "logs");
  if (everyone === undefined && isNear) return [...owed, { kind: "everyone" }];
  const isNobodys = owed.length === 0 && told.length === 0 && now >= state.endsAt;
  return isNobodys ? [{ kind: "numbers" }] : owed;
}

export const isBarred = ({ bar }: AccessState, now: number): boolean => bar !== undefined && now < bar.until;

/** Nobody is to be told any more, and nobody can come to be. */
export const isSettled = (state: AccessState, now: number): boolean =>
  state.told.length > 0 && owedBy(state, now).length === 0 && (state.opened.account !== null || now >= state.endsAt);

export type Telling = {
  readonly directory: Directory;
  readonly notices: Notices;
  readonly log: Log;
};

/** Tells who is owed; `undefined` when it could not be done now. Who is told twice gets one notice. */
export async function tell(telling: Telling, state: AccessState, owed: Owed): Promise<Told | undefined> {
  switch (owed.kind) {
    case "numbers":
      return { what: "told", how: "numbers", account: null, except: [] };
    case "account": {
      const how = await tellHolder(telling, state, owed.account);
      return how === "untold" ? undefined : { what: "told", how, account: owed.account, except: [] };
    }
    case "everyone": {
      const except: string[] = [];
      for (const { id } of await telling.directory.accounts())
        if ((await tellHolder(telling, state, id)) === "untold") except.push(id);
      return { what: "told", how: "everyone", account: null, except };
    }
  }
}

async function tellHolder(
  telling: Telling,
  state: AccessState,
  account: AccountId,
): Promise<"told" | "gone" | "untold"> {
  const { directory, notices, log } = telling;
  const { id, opened, openedAt, endsAt, bar } = state;
  const notice: HolderNotice = {
    kind: "staff-access",
    at: openedAt,
    until: endsAt,
    scope: opened.scope,
    reason: opened.reason,
    case: opened.case,
    barredUntil: bar?.until,
  };
  try {
    const holder = await directory.byId(account);
    if (holder === undefined || holder.state === "closing") return "gone";
    await notices.tell(account, notice, `access ${id}`);
    return "told";
  } catch (error) {
    // An account whose store is broken keeps nobody from mending it, and is told when it is whole.
    if (!(error instanceof StoreError)) throw error;
    if (error.code === "no-account") return "gone";
    log("access.untold", { access: id, code: error.code });
    return "untold";
  }
}
