/** What travels between a worker's bus and the hub in the supervisor, as JSON on the channel between the processes. */
import type { Notice } from "../bus.ts";

export type ToHub =
  | { readonly kind: "bus-subscribe"; readonly topic: string }
  | { readonly kind: "bus-unsubscribe"; readonly topic: string }
  | { readonly kind: "bus-publish"; readonly topic: string; readonly notice: Notice };

export type ToMember =
  | { readonly kind: "bus-notice"; readonly topic: string; readonly notice: Notice }
  /** Whether any other worker listens to the topic: notices that nobody hears are not sent. */
  | { readonly kind: "bus-interest"; readonly topic: string; readonly isWanted: boolean }
  /** Another worker died: its last notices may be lost. */
  | { readonly kind: "bus-lost" };
