import { dmarcResultsContract } from "../contract/dmarc-results-cases.ts";
import { memoryDmarcResults } from "./dmarc-results.ts";

dmarcResultsContract("memory", async (limits) => memoryDmarcResults(limits));
