/** Holds the lock of the folder it is given until it is killed. */
import { lockHome } from "./home-lock.ts";

const lock = lockHome(process.argv[2] ?? "");
process.send?.("held");
process.on("disconnect", () => lock[Symbol.dispose]());
