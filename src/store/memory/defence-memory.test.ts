import { defenceMemoryContract } from "../contract/defence-cases.ts";
import { memoryDefenceMemory } from "./defence-memory.ts";

defenceMemoryContract("memory", async (limits) => memoryDefenceMemory(limits));
