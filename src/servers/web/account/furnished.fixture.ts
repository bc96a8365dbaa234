/** A holder who has something on every page: for looking at them, and for what looks at them by itself. */
import { SITE_HOST } from "../../../../test/world/web-site.ts";
import { paths } from "./account-paths.ts";
import { ADA, ELSEWHERE, PASSWORD, type PortalWorld } from "./portal-world.fixture.ts";
import { sampleSent } from "./sent-sample.fixture.ts";

/** Pages of somebody who is logged in. */
export const HOLDER_PAGES: readonly string[] = [
  paths.overview,
  paths.password,
  paths.recovery,
  paths.aliases,
  paths.appPasswords,
  paths.secondStep,
  paths.sessions,
  paths.sent,
  paths.wishes,
  paths.held,
  paths.close,
];

/** Pages of everybody. */
export const OPEN_PAGES: readonly string[] = [
  paths.logIn,
  paths.forgotten,
  `${paths.forgotten}?asked`,
  paths.confirmed,
  paths.closed,
  "/account/link/close/none",
];

export async function furnish({ services, ada, home, sent, clock }: PortalWorld): Promise<void> {
  await home.credentials.setPlan(ada.id, { name: "Letter", aliases: 5 });
  await services.accounts.addAlias(ADA, `shop.ada@${SITE_HOST}`);
  await services.accounts.addAlias(ADA, `a-rather-long-name-for-an-alias@${SITE_HOST}`);
  await services.accounts.addAppPassword(ADA, "Thunderbird at home");
  await services.recovery.set(ada.id, { address: ELSEWHERE, password: PASSWORD });
  const forwarders = ["alumni.example.org"];
  await home.directory.setPreferences(ada.id, { emptyJunkDays: 30, emptyTrashDays: undefined, forwarders });
  for (const protocol of ["imap", "submission"] as const)
    services.logIns.note({ account: ada.id, protocol, named: "Thunderbird", address: "2001:db8::17:4a2b" });
  sent.push(...sampleSent(ada.id, clock.now()));
}
