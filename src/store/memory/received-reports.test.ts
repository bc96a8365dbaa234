import { receivedReportsContract } from "../contract/received-reports-cases.ts";
import { memoryReceivedReports } from "./received-reports.ts";

receivedReportsContract("memory", async (limits) => memoryReceivedReports(limits));
