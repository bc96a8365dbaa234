import assert from "node:assert/strict";
import { test } from "node:test";
import { HopCount } from "./hop-count.ts";

test("RFC 5321 section 6.3: Received fields of the header are counted, in any case, and none of the body", () => {
  const message = Buffer.from(
    "Received: a\r\n by b\r\nRECEIVED: c\r\nX-Received: d\r\nReceived-SPF: e\r\n received: f\r\nreceived:\r\n\r\nReceived: g\r\n",
  );
  for (let cut = 0; cut <= message.length; cut++) {
    const count = new HopCount();
    count.write(message.subarray(0, cut));
    count.write(message.subarray(cut));
    assert.equal(count.hops, 3, `cut at ${cut}`);
  }
});
