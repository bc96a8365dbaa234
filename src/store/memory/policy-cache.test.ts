import { policyCacheContract } from "../contract/policy-contract.ts";
import { createMemoryPolicyCache } from "./policy-cache.ts";

policyCacheContract("memory", async () => createMemoryPolicyCache());
