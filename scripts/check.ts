/** Everything that is checked without running the program, in order of speed; `npm run check`. Says what it runs, and at the end what failed. */
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

type Step = { readonly name: string; readonly command: readonly [file: string, ...args: string[]] };

const CHECKS: readonly Step[] = [
  { name: "lock file is complete", command: ["scripts/lock.ts", "--check"] },
  { name: "RFC references", command: ["scripts/rfc.ts"] },
  { name: "promises and their tests", command: ["scripts/promises.ts"] },
  { name: "generated pages", command: ["scripts/generate.ts", "--check"] },
  { name: "format", command: ["node_modules/@biomejs/biome/bin/biome", "format", "."] },
  { name: "lint", command: ["node_modules/oxlint/bin/oxlint", "--type-aware", "--deny-warnings"] },
  { name: "types", command: ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"] },
  {
    name: "types of the pure layer",
    command: ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "tsconfig.pure.json"],
  },
  { name: "unused code", command: ["node_modules/knip/bin/knip.js", "--no-progress"] },
];

const root = resolve(import.meta.dirname, "..");
const failed: string[] = [];
const start = Date.now();
for (const { name, command } of CHECKS) {
  const began = Date.now();
  console.log(`check: ${name} (${command.join(" ")})`);
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) failed.push(name);
  console.log(`check: ${name}: ${status === 0 ? "good" : "FAILED"} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
console.log(
  `check: ${CHECKS.length - failed.length} of ${CHECKS.length} good in ${((Date.now() - start) / 1000).toFixed(0)} s`,
);
if (failed.length > 0) {
  console.error(`check: failed: ${failed.join(", ")}`);
  process.exit(1);
}
