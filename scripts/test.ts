/**
 * Runs the tests: `npm test` those that need no installed program, `scripts/test.ts MODE` one of the longer suites.
 * What follows is passed to node --test; arguments without a dash are patterns of files instead of the suite's own.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { resolve } from "node:path";

type Suite = {
  readonly files: readonly string[];
  readonly without?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Files at one time. */
  readonly concurrency: number;
  /** How long one test may take before it counts as hanging, and a little more for its file. */
  readonly timeoutMs?: number;
};

/** For suites whose files take their time. */
const LONG_MS = 6 * 3_600_000;

const root = resolve(import.meta.dirname, "..");

const SUITES: Readonly<Record<string, Suite>> = {
  unit: {
    files: ["src/**/*.test.ts", "scripts/**/*.test.ts", "test/**/*.test.ts", "bench/**/*.test.ts"],
    without: ["test/system/**"],
    // Hundreds of processes load the same sources: compiled once, they start in half the time.
    environment: { NODE_COMPILE_CACHE: resolve(root, "node_modules/.cache/tests") },
    concurrency: 2,
    timeoutMs: 300_000,
  },
  system: { files: ["test/system/*.test.ts"], concurrency: 1, timeoutMs: 1_200_000 },
  cuts: { files: ["test/*-transcripts.test.ts"], environment: { ALTMAIL_CUTS: "all" }, concurrency: 2 },
  fuzz: { files: ["src/**/*.fuzz.test.ts"], environment: { ALTMAIL_FUZZ_RUNS: "20000" }, concurrency: 2 },
  power: { files: ["test/system/power.test.ts"], environment: { ALTMAIL_POWER_ROUNDS: "30" }, concurrency: 1 },
  kill: {
    files: ["test/system/*kill.test.ts"],
    environment: { ALTMAIL_KILL_ROUNDS: "50" },
    concurrency: 1,
  },
};

const given = process.argv.slice(2);
const [first = ""] = given;
const suite = SUITES[first] ?? SUITES["unit"];
if (suite === undefined) throw new Error("the table of suites has no unit row");
const rest = Object.hasOwn(SUITES, first) ? given.slice(1) : given;
const options = rest.filter((argument) => argument.startsWith("-"));
const patterns = rest.filter((argument) => !argument.startsWith("-"));
const files = globSync(patterns.length > 0 ? patterns : suite.files, {
  cwd: root,
  exclude: suite.without ?? [],
}).toSorted();
if (files.length === 0) {
  console.error("no test file has such a name");
  process.exit(1);
}

const testdata = resolve(root, process.env["ALTMAIL_TESTDATA"] ?? "../shared/testdata");
if (!existsSync(testdata))
  console.error(`no test vectors in ${testdata} (set ALTMAIL_TESTDATA): tests with them are skipped`);

const bounds = [`--test-concurrency=${suite.concurrency}`];
if (suite.timeoutMs !== undefined) bounds.push(`--test-timeout=${suite.timeoutMs}`);
const guard = resolve(import.meta.dirname, "hang-guard.ts");
const run = spawnSync(process.execPath, ["--import", guard, "--test", ...bounds, ...options, ...files], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...suite.environment,
    ...process.env,
    ALTMAIL_TESTDATA: testdata,
    ALTMAIL_HANG_MS: String((suite.timeoutMs ?? LONG_MS) + 60_000),
  },
});
process.exit(run.status ?? 1);
