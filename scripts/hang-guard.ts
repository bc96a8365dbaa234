/**
 * Loaded before each test file: ends it when it hangs, and says what kept it alive. The runner's own time-out ends tests,
 * not a process whose tests are over and whose handles are open.
 */
const limitMs = Number(process.env["ALTMAIL_HANG_MS"]);
/** Set by the runner for the processes of its files; the runner itself takes as long as all of them together. */
const isFile = process.env["NODE_TEST_CONTEXT"] !== undefined;

if (isFile)
  setTimeout(() => {
    process.stderr.write(`this test file hangs; open are: ${process.getActiveResourcesInfo().join(", ")}\n`);
    process.exit(1);
  }, limitMs).unref();
