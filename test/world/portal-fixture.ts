/**
 * A portal with pages that exist for tests alone: one with every part of a form, one that begins and ends sessions, one for
 * who has one. Sessions are in memory.
 */
import { systemClock } from "../../src/host/clock.ts";
import type { Log } from "../../src/host/events/events.ts";
import { html } from "../../src/servers/web/markup.ts";
import * as fields from "../../src/servers/web/portal/fields.ts";
import { createPortal } from "../../src/servers/web/portal/portal.ts";
import type { PortalPage, PortalRoute, Visit } from "../../src/servers/web/portal/route.ts";
import type { PortalSession, Sessions } from "../../src/servers/web/portal/sessions.ts";
import type { SessionId } from "../../src/servers/web/portal/token.ts";
import type { WebApplication } from "../../src/servers/web/respond.ts";
import type { Site } from "../../src/servers/web/site/site.ts";
import { type AccountId, accountId } from "../../src/store/ids.ts";

export const ACCOUNT: AccountId = accountId("0123456789abcdef0123456789abcdef");

export class SessionsInMemory implements Sessions {
  readonly all: Map<SessionId, PortalSession> = new Map<SessionId, PortalSession>();
  touched: number = 0;

  async find(id: SessionId): Promise<PortalSession | undefined> {
    return this.all.get(id);
  }
  async touch(id: SessionId, now: number): Promise<void> {
    const session = this.all.get(id);
    if (session !== undefined) this.all.set(id, { ...session, seenAt: now });
    this.touched += 1;
  }
  async create(session: PortalSession): Promise<void> {
    this.all.set(session.id, session);
  }
  async end(id: SessionId): Promise<void> {
    this.all.delete(id);
  }
}

const { noProblems } = fields;

function everyPart(visit: Visit, problems: fields.Problems): PortalPage {
  const plan = { name: "plan" };
  const body = html`${fields.notice("The name is free. It is kept for you for one hour.", "good")}
<p>Choose an address and a password. What is marked as optional you may leave empty.</p>
${fields.form(
  visit.to("/account/form"),
  visit.formToken(),
  fields.field(
    {
      name: "address",
      label: "Address",
      hint: "3 to 40 letters, digits, dots, dashes and underscores.",
      autocomplete: "username",
      suffix: "@example.test",
      value: "anna",
    },
    problems,
  ),
  fields.field(
    {
      name: "password",
      label: "Password",
      type: "password",
      hint: "At least 12 signs. A sentence is good.",
      autocomplete: "new-password",
    },
    problems,
  ),
  fields.field(
    {
      name: "recovery",
      label: "Recovery address (optional)",
      type: "email",
      autocomplete: "email",
      isOptional: true,
      hint: "The only way back when you lose your password.",
    },
    problems,
  ),
  fields.choices(
    "Plan",
    [
      { ...plan, value: "letter", label: "Letter, €12 a year", hint: "2 GiB, 5 aliases", isChosen: true },
      { ...plan, value: "parcel", label: "Parcel, €29.50 a year", hint: "20 GiB, 50 aliases" },
    ],
    problems,
  ),
  fields.tick({ name: "terms", label: "I have read the terms of service and agree to them." }, problems),
  fields.buttons({ label: "Go on to payment" }, { label: "Look again", name: "look", look: "second" }),
)}
<h2>Your account</h2>
<dl class="facts"><dt>Paid until</dt><dd>21 November 2027</dd><dt>Storage</dt><dd>1.2 of 2 GiB</dd></dl>
<p class="secret">kx7m-22qp-9fwd-hh3t</p>
${fields.notice("Closing an account cannot be undone.", "warning")}
${fields.form(visit.to("/account/form"), visit.formToken(), fields.buttons({ label: "Close the account", name: "close", look: "grave" }))}`;
  return { title: "Open an account", body, problems };
}

const WRONG: fields.Problems = new Map([
  ["address", "This name is taken: choose another one."],
  ["password", "The password is among those that everybody tries first: choose another one."],
  ["terms", "Without the terms there is no contract: read them and tick the box."],
]);

export const fixtureRoutes: readonly PortalRoute[] = [
  {
    path: "/account/form",
    access: "everybody",
    get: (visit) => ({ kind: "page", page: everyPart(visit, visit.query.has("wrong") ? WRONG : noProblems) }),
    post: (visit, form) =>
      form.has("terms")
        ? { kind: "go", path: visit.to("/account/form") }
        : { kind: "page", code: 422, page: everyPart(visit, WRONG) },
  },
  {
    path: "/account/log-in",
    access: "everybody",
    get: (visit) => ({
      kind: "page",
      page: {
        title: "Log in",
        body: fields.form(
          visit.to("/account/log-in"),
          visit.formToken(),
          fields.tick({ name: "stay", label: "Stay logged in" }, noProblems),
          fields.buttons({ label: "Log in" }),
        ),
      },
    }),
    post: (visit, form) => ({
      kind: "go",
      path: visit.to("/account/"),
      session: { kind: "begin", account: ACCOUNT, isStaying: form.has("stay") },
    }),
  },
  {
    path: "/account/",
    access: "session",
    get: (visit) => ({
      kind: "page",
      page: {
        title: "Account",
        body: html`<p>${visit.session.account}</p>${fields.form(visit.to("/account/"), visit.formToken(), fields.buttons({ label: "Log out" }))}`,
      },
    }),
    post: (visit) => ({ kind: "go", path: visit.to("/account/log-in"), session: { kind: "end" } }),
  },
  {
    path: "/account/item/:name",
    access: "everybody",
    get: (visit) => ({ kind: "page", page: { title: visit.part("name"), body: html`<p>${visit.part("name")}</p>` } }),
  },
  {
    path: "/account/broken",
    access: "everybody",
    get: () => {
      throw new RangeError("canary");
    },
  },
];

export const portalFixture = (
  site: Site,
  sessions: Sessions = new SessionsInMemory(),
  clock: { now(): number } = systemClock,
  log: Log = () => {},
): WebApplication =>
  createPortal({
    site,
    routes: fixtureRoutes,
    sessions,
    clock: { ...systemClock, now: () => clock.now() },
    log,
    maxBodyBytes: 4096,
    logInPath: "/account/log-in",
  });
