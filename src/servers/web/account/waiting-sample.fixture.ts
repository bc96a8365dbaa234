/** Mail that others have not taken yet, for tests of the pages that show it. */
import { SITE_HOST } from "../../../../test/world/web-site.ts";
import { DAY, HOUR, MINUTE } from "../../../host/clock.ts";
import { outbound, recipient, reply, settlement, wish } from "../../../store/contract/outbound-samples.ts";
import { octets } from "../../../store/contract/outbound-world.ts";
import type { PortalWorld } from "./portal-world.fixture.ts";

export const LATE = "somebody-who-lets-others-wait@a-provider-elsewhere.example";
export const SILENT = "nobody@silent.example";

/** One whose server asked to come again, tried anew in half an hour; one that was not tried yet. */
export async function sampleOnItsWay(
  { queue, ada, clock }: Pick<PortalWorld, "queue" | "ada" | "clock">,
  ...to: readonly string[]
): Promise<void> {
  const now = clock.now();
  const times = { dueAt: now, deadline: now + 5 * DAY, delayAt: now + 4 * HOUR };
  for (const address of to.length > 0 ? to : [LATE, SILENT]) {
    const message = outbound({ account: ada.id, sender: `shop.ada@${SITE_HOST}`, submittedAt: now - 2 * HOUR });
    await queue.add(message, [recipient(address)], times, octets());
    if (address !== LATE) continue;
    const heard = reply(451, 'Greylisted: "<later>", come again', {
      host: "mx1.a-provider-elsewhere.example",
      enhanced: "4.7.1",
    });
    for (const work of (await queue.claim(wish(now)))?.works ?? []) {
      const results = work.recipients.map(({ id }) => ({ kind: "waits", recipient: id, reply: heard }) as const);
      await queue.settle(work, settlement(now, { results, retryAt: now + 30 * MINUTE }));
    }
  }
}
