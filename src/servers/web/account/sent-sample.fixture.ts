/** Mail that was sent and came to every kind of end, for tests of the page that shows it. */

import { SITE_HOST } from "../../../../test/world/web-site.ts";
import { HOUR } from "../../../host/clock.ts";
import { type AccountId, deliveryId } from "../../../store/ids.ts";
import type { DeliveryRecord, RecipientEnd, RemoteReply } from "../../../store/outbound-queue.ts";

const ENDS: readonly RecipientEnd[] = ["delivered", "relayed", "failed", "expired", "dropped"];

const host = "mx1.a-provider-elsewhere.example";
const tls = "TLSv1.3 TLS_AES_256_GCM_SHA384, name checked (DANE)";
const TAKEN: RemoteReply = { host, code: 250, enhanced: "2.0.0", words: "Ok: queued", tls };
const REPLIES: Readonly<Record<RecipientEnd, RemoteReply>> = {
  delivered: TAKEN,
  relayed: { ...TAKEN, tls: undefined },
  failed: { ...TAKEN, code: 550, enhanced: "5.1.1", words: 'No such "<user>" here & now' },
  expired: { host: undefined, code: undefined, enhanced: "4.4.1", words: "No host answered.", tls: undefined },
  dropped: { host: undefined, code: undefined, enhanced: "", words: "", tls: undefined },
};

export const sampleSent = (account: AccountId, now: number): readonly DeliveryRecord[] =>
  ENDS.map((end, n) => ({
    message: deliveryId(String(n).padStart(32, "0")),
    account,
    sender: `ada@${SITE_HOST}`,
    recipient: `somebody-with-a-long-name-number-${n}@a-provider-elsewhere.example`,
    submittedAt: now - (n + 1) * HOUR,
    at: now - n * HOUR,
    end,
    reply: REPLIES[end],
    feedback: end === "delivered" ? "complaint" : undefined,
  }));
