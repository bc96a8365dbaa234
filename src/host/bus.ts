/**
 * Short notices between worker processes: "this account changed", "forget this password". A notice is a hint to look
 * at the store, never the data itself, and never personal: ids and numbers only.
 *
 * Delivery is at most once and in order per publisher; when a worker dies its last notices may be lost, and every
 * remaining worker gets a `lost` callback so that whoever relies on notices compares with the store.
 */
export interface Bus {
  /** Tells all other workers that subscribe to `topic`; the publisher itself is not told. */
  publish(topic: string, notice: Notice): void;
  /** Calls `listener` for notices of other workers until disposed. */
  subscribe(topic: string, listener: (notice: Notice) => void): Disposable;
  /** Calls `listener` when notices may have been lost. */
  onLost(listener: () => void): Disposable;
}

/** Small and plain: it travels as JSON. */
export type Notice = Readonly<Record<string, string | number | boolean>>;

/** The bus of a process that is alone. */
export const silentBus: Bus = {
  publish() {},
  subscribe: () => ({ [Symbol.dispose]() {} }),
  onLost: () => ({ [Symbol.dispose]() {} }),
};
