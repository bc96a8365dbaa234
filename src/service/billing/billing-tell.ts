/** How billing tells people: holders in the INBOX and at the recovery address, who has no account at the one that was given. */
import type { Directory, Language } from "../../store/directory.ts";
import type { Notices } from "../notices/notices.ts";
import type { PostOutside } from "../recovery/outside-letters.ts";
import type { TellBoth } from "../recovery/tell-both.ts";
import type { BillingTell, ContractPages } from "./parts.ts";

export const createBillingTell = ({
  directory,
  notices,
  tellBoth,
  post,
  contractPages,
}: {
  readonly directory: Pick<Directory, "byId">;
  readonly notices: Pick<Notices, "tell">;
  readonly tellBoth: TellBoth;
  readonly post: PostOutside;
  readonly contractPages: (language: Language) => ContractPages;
}): BillingTell => ({
  async holder(account, about, occasion) {
    const holder = await directory.byId(account);
    if (holder !== undefined) await tellBoth(holder, { kind: "billing", about }, occasion);
  },
  async contract(account, made, occasion) {
    const holder = await directory.byId(account);
    if (holder === undefined) return;
    const facts = { address: holder.primary, made, pages: contractPages(holder.language) };
    await notices.tell(account, { kind: "contract-made", facts }, occasion);
  },
  async stranger({ recovery: to, language }, about, occasion) {
    if (to !== undefined) await post({ to, language, notice: { kind: "billing", about }, occasion });
  },
});
