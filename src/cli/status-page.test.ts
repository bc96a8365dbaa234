import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceStatus } from "./service/status.ts";
import { statusPage } from "./status-page.ts";

test("the status says of each scanner how it is, and what the operator should change", () => {
  const status: ServiceStatus = {
    state: "serving",
    supervisor: 1,
    key: "unlock",
    upSeconds: 5,
    ports: { smtp: [25] },
    workers: [{ pid: 2, eventLoopDelayP99Ms: 1, residentBytes: 2 ** 20, connections: { smtp: 3 } }],
    scanners: [
      { scanner: "rspamd", kind: "alive", version: "3.4", findings: ["rspamd keeps a history of 200 messages."] },
      { scanner: "clamav", kind: "unavailable", why: "unreachable", findings: [] },
    ],
  };
  assert.deepEqual(statusPage(status).split("\n"), [
    "serving for 5 s, supervisor 1",
    "smtp: port 25",
    "worker 2: 3 smtp connections, 1 MiB, loop delay p99 1.0 ms",
    "rspamd: answers, version 3.4",
    "rspamd: rspamd keeps a history of 200 messages.",
    "clamav: does not answer (unreachable)",
    "",
  ]);
});
