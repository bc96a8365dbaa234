/** Reports of the outbound queue in memory: those of one message and action are one, until it is taken to be told. */
import type { DeliveryId } from "../ids.ts";
import { type PendingReport, REPORT_WAITS_MS, type Report } from "../outbound-queue.ts";
import type { Message } from "./outbound-item.ts";

export type MemoryReports = {
  add(message: Message, report: Report, now: number): void;
  /** Nothing of the message is left to be sent: its reports wait for nothing. */
  hurry(message: DeliveryId, now: number): void;
  takeDue(now: number, most: number): readonly PendingReport[];
  postpone(report: DeliveryId, at: number): void;
  /** Gives what it was. */
  end(report: DeliveryId): PendingReport | undefined;
  isAnyOf(message: DeliveryId): boolean;
  forget(message: DeliveryId): void;
};

export function memoryReports(): MemoryReports {
  const all = new Map<DeliveryId, PendingReport & { readonly isTaken: boolean }>();
  const ofMessage = (id: DeliveryId): (PendingReport & { readonly isTaken: boolean })[] =>
    [...all.values()].filter(({ message }) => message.id === id);
  return {
    add({ outbound: message, deadline }, { id, recipients }, now) {
      const action = recipients[0]?.action;
      const alike = ofMessage(message.id).filter((one) => one.recipients[0]?.action === action);
      const open = alike.find(({ isTaken }) => !isTaken);
      if (open !== undefined) all.set(open.id, { ...open, recipients: [...open.recipients, ...recipients] });
      else if (action !== "delayed" || alike.length === 0) {
        all.set(id, { id, recipients, message, deadline, at: now + REPORT_WAITS_MS, isTaken: false });
      }
    },
    hurry(message, now) {
      for (const one of ofMessage(message)) if (!one.isTaken) all.set(one.id, { ...one, at: Math.min(one.at, now) });
    },
    takeDue(now, most) {
      const due = [...all.values()].filter(({ at }) => at <= now).toSorted((a, b) => a.at - b.at);
      return due.slice(0, most).map((one) => {
        all.set(one.id, { ...one, isTaken: true });
        const { id, recipients, message, deadline, at } = one;
        return { id, recipients, message, deadline, at };
      });
    },
    postpone(report, at) {
      const known = all.get(report);
      if (known !== undefined) all.set(report, { ...known, at });
    },
    end(report) {
      const known = all.get(report);
      all.delete(report);
      return known;
    },
    isAnyOf: (message) => ofMessage(message).length > 0,
    forget(message) {
      for (const { id } of ofMessage(message)) all.delete(id);
    },
  };
}
