/** Names of acceptances. */
import { randomBytes } from "node:crypto";
import { type DeliveryId, deliveryId } from "./ids.ts";

const RANDOM_BYTES = 10;
const TIME_DIGITS = 12;

/**
 * A name that nobody had before: 80 random bits, and the time behind them, so that a few first digits tell two apart, and
 * an index of ends has those of one time side by side, however many it holds.
 * @param now epoch milliseconds
 */
export const freshDelivery = (now: number): DeliveryId =>
  deliveryId(randomBytes(RANDOM_BYTES).toString("hex") + now.toString(16).padStart(TIME_DIGITS, "0"));
