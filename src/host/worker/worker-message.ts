/**
 * What the supervisor and a worker say to one another, as JSON on the channel that node:cluster gives them. Keys travel
 * only here: neither argument lists nor the environment ever hold one.
 */
import type { ControlAnswer, ControlNews, ControlRequest } from "../control/control-message.ts";
import type { LogBatch } from "../log/sender.ts";
import type { ToHub, ToMember } from "../process-bus/bus-message.ts";

export type ToWorker =
  | ToMember
  /** The first message: all that a worker needs to open the stores and its ports. */
  | { readonly kind: "start"; readonly start: unknown }
  /** This worker runs what must run once. */
  | { readonly kind: "elected" }
  /** Something is new, by its name: certificates, ticket keys, epoch. */
  | { readonly kind: "told"; readonly what: string; readonly value: unknown }
  | { readonly kind: "ask"; readonly id: number; readonly request: ControlRequest }
  /** The last news of this command were taken: more may follow. */
  | { readonly kind: "taken"; readonly id: number }
  /** Nobody waits for this command any more. */
  | { readonly kind: "cancel"; readonly id: number }
  /** Finish what is running, then end. */
  | { readonly kind: "stop" };

export type ToSupervisor =
  | ToHub
  /** All ports are open. */
  | { readonly kind: "ready" }
  /** It cannot start, for a reason that the operator must know. */
  | { readonly kind: "failed"; readonly sentence: string }
  /** What a command tells before it answers. */
  | { readonly kind: "news"; readonly id: number; readonly news: readonly ControlNews[] }
  | { readonly kind: "answer"; readonly id: number; readonly answer: ControlAnswer }
  /** Lines for the log, whose one writer is the supervisor. */
  | { readonly kind: "log"; readonly batch: LogBatch };
