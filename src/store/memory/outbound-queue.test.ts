import { outboundQueueContract } from "../contract/outbound-contract.ts";
import { memoryOutboundQueue } from "./outbound-queue.ts";

outboundQueueContract("outbound queue in memory", async (clock) => memoryOutboundQueue(clock));
