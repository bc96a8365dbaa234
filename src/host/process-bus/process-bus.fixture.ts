/** One process of the two-process test: says what it heard to its parent, which plays the supervisor. */
import { systemClock } from "../clock.ts";
import { BusMember } from "./bus-member.ts";
import type { ToMember } from "./bus-message.ts";

const bus = new BusMember((message) => void process.send?.(message), systemClock);
process.on("message", (message: ToMember) => bus.receive(message));

if (process.argv[2] === "listener") {
  bus.subscribe("t", (notice) => void process.send?.({ kind: "heard", notice }));
  bus.onLost(() => void process.send?.({ kind: "heard", lost: true }));
} else {
  bus.publish("t", { answer: 42 });
}
