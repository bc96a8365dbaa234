import { directoryContract } from "../contract/directory-contract.ts";
import { memoryDirectory } from "./directory.ts";

directoryContract("directory in memory", async () => memoryDirectory());
