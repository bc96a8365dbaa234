/** Where sessions of the portal rest: what the portal asks of a store, and no more. Times are epoch milliseconds. */
import type { AccountId } from "../../../store/ids.ts";
import type { SessionId } from "./token.ts";

export type PortalSession = {
  readonly id: SessionId;
  readonly account: AccountId;
  readonly begunAt: number;
  /** Of the last visit, roughly: see `touch`. */
  readonly seenAt: number;
  /** "Stay logged in" was ticked. */
  readonly isStaying: boolean;
};

export interface Sessions {
  /** The session with this id; `undefined` when there is none, or when its time is over at `now`. */
  find(id: SessionId, now: number): Promise<PortalSession | undefined>;
  /** Notes a visit; called now and again, not at each. */
  touch(id: SessionId, now: number): Promise<void>;
  create(session: PortalSession): Promise<void>;
  /** Ending what is not there is no fault. */
  end(id: SessionId): Promise<void>;
}
