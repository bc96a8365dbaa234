/** The page on mail programs, of somebody who is logged in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SITE_HOST } from "../../../../test/world/web-site.ts";
import { logInRoutes } from "../account/log-in.ts";
import { ADA, openPortalWorld } from "../account/portal-world.fixture.ts";
import { PROFILE_PATH } from "./client-settings.ts";
import { CLIENTS_PATH, clientsRoute } from "./clients.ts";

test("a holder finds the settings of the own account, and what programs take as a password", async () => {
  let isOn = false;
  const mail = {
    name: "AltMail",
    hostName: `mail.${SITE_HOST}`,
    imaps: 993,
    submissions: 465,
    submission: undefined,
    documentation: `https://${SITE_HOST}/docs/settings`,
  };
  await using world = await openPortalWorld((services) => [
    ...logInRoutes(services),
    clientsRoute({ directory: services.directory, mail, needsAppPassword: async () => isOn }),
  ]);
  const visitor = world.visitor();
  assert.equal((await visitor.get(CLIENTS_PATH)).code, 303);
  await visitor.send(await visitor.get("/account/log-in"), { name: ADA, password: "correct horse battery" });
  const { body } = await visitor.get(CLIENTS_PATH);
  assert.match(body, new RegExp(`<code>${ADA}</code>`));
  assert.match(body, /port 993, SSL\/TLS from the beginning/);
  assert.doesNotMatch(body, /STARTTLS|app passwords only/);
  assert.ok(body.includes(`href="${PROFILE_PATH}?address=${encodeURIComponent(ADA)}"`));
  isOn = true;
  assert.match((await visitor.get(`/sv${CLIENTS_PATH}`)).body, /program godtar bara applösenord/);
});
