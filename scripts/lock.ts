/** `npm run lock` completes package-lock.json (see lock-complete.ts); `--check` only says what is missing. Run it after every `npm install`. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { complete, type Lock, missingFrom } from "./lock-complete.ts";

const file = resolve(import.meta.dirname, "../package-lock.json");
const text = readFileSync(file, "utf8");
const lock = JSON.parse(text) as Lock;
const missing = [...missingFrom(lock).keys()];
const addresses = text.split("\n").filter((line) => /"resolved": "http/.test(line)).length;

if (addresses > 0) {
  console.error(
    `package-lock.json names ${addresses} download addresses: set omit-lockfile-registry-resolved and install again`,
  );
  process.exitCode = 1;
}
if (process.argv.includes("--check")) {
  for (const name of missing) console.error(`package-lock.json lacks ${name}`);
  if (missing.length > 0) {
    console.error("run: npm run lock");
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, `${JSON.stringify(complete(lock), undefined, 2)}\n`);
  console.log(`package-lock.json: ${missing.length} packages of other platforms added`);
}
