import { inboundQueueContract } from "../contract/queue-contract.ts";
import { memoryInboundQueue } from "./inbound-queue.ts";

inboundQueueContract("inbound queue in memory", async () => memoryInboundQueue());
