/** Whether this machine has ::1, without which nothing of IPv6 can be shown. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { TestContext } from "node:test";

/** False after the test was told to skip; in CI a machine without it fails the test. */
export async function needIpv6(context: TestContext): Promise<boolean> {
  const server = createServer().listen(0, "::1");
  const isThere = await once(server, "listening").then(
    () => true,
    () => false,
  );
  server.close();
  if (isThere) return true;
  assert.ok(process.env["CI"] === undefined, "CI must give loopback the address ::1");
  context.skip("this machine has no address ::1");
  return false;
}
