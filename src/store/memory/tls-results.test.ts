import { tlsResultsContract } from "../contract/tls-results-cases.ts";
import { memoryTlsResults } from "./tls-results.ts";

tlsResultsContract("memory", async (limits) => memoryTlsResults(limits));
