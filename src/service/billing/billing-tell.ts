/** How billing tells people: holders in the INBOX and at the recovery address, who has no account at the one that was given. */
import type { Directory } from "../../store/directory.ts";
import type { PostOutside } from "../recovery/outside-letters.ts";
import type { TellBoth } from "../recovery/tell-both.ts";
import type { BillingTell } from "./parts.ts";

export const createBillingTell = ({
  directory,
  tellBoth,
  post,
}: {
  readonly directory: Pick<Directory, "byId">;
  readonly tellBoth: TellBoth;
  readonly post: PostOutside;
}): BillingTell => ({
  async holder(account, about, occasion) {
    const holder = await directory.byId(account);
    if (holder !== undefined) await tellBoth(holder, { kind: "billing", about }, occasion);
  },
  async stranger({ recovery: to, language }, about, occasion) {
    if (to !== undefined) await post({ to, language, notice: { kind: "billing", about }, occasion });
  },
});
