/** A message as it is noted for reports, for tests. */
import type { NotedMessage } from "./noted-message.ts";

export const noted = (more: Partial<NotedMessage> = {}): NotedMessage => ({
  policyDomain: "example.com",
  policy: { p: "quarantine", sp: "none", np: "reject", isDkimStrict: false, isSpfStrict: false, isTesting: false },
  sourceAddress: "192.0.2.123",
  headerFrom: "example.com",
  envelopeFrom: "bounce.example",
  spf: { domain: "bounce.example", result: "fail" },
  dkim: [{ domain: "example.com", selector: "abc123", result: "pass" }],
  aligned: { dkim: true, spf: false },
  disposition: "pass",
  overrides: [],
  ...more,
});
