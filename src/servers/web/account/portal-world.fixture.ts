/**
 * The portal with the real services behind it: directory, credentials, sessions and links in sealed files of a temporary
 * home, a clock that stands still until told, and lists in the place of letters. Visitors keep their cookie and send the
 * forms of the pages that they were shown.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FakeClock } from "../../../../test/world/fake-clock.ts";
import { SITE_HOST, startSite, type WebSite } from "../../../../test/world/web-site.ts";
import { silentBus } from "../../../host/bus.ts";
import { HOUR } from "../../../host/clock.ts";
import { createAuthenticator } from "../../../service/accounts/authenticate.ts";
import { type CredentialHome, credentialHome } from "../../../service/accounts/credential-home.fixture.ts";
import { createAccounts } from "../../../service/accounts/manage.ts";
import { createPasswordHasher, type PasswordHasher } from "../../../service/accounts/password.ts";
import { createRevocations } from "../../../service/accounts/revocation.ts";
import type { HolderNotice } from "../../../service/notices/notices.ts";
import { createChangePassword } from "../../../service/recovery/change-password.ts";
import { createClosingByHolder } from "../../../service/recovery/close.ts";
import type { LinkPurpose } from "../../../service/recovery/mailed-links.ts";
import type { OutsideLetter } from "../../../service/recovery/outside-letters.ts";
import { createProveHolder } from "../../../service/recovery/prove-holder.ts";
import { createRecoveryAddresses } from "../../../service/recovery/recovery-address.ts";
import type { RecoveryParts } from "../../../service/recovery/recovery-parts.ts";
import { createPasswordReset } from "../../../service/recovery/reset.ts";
import { createSecondSteps } from "../../../service/recovery/second-step.ts";
import { createTellBoth } from "../../../service/recovery/tell-both.ts";
import { createAccountLinks } from "../../../service/web-access/account-links.ts";
import { createAskLimit } from "../../../service/web-access/ask-limit.ts";
import { createLogInGuard } from "../../../service/web-access/log-in-guard.ts";
import { createLogInRecords } from "../../../service/web-access/log-in-records.ts";
import { createWebSessions, type WebSessions } from "../../../service/web-access/web-sessions.ts";
import { sampleAccount } from "../../../store/contract/directory-contract.ts";
import type { FileKey } from "../../../store/crypt/account-keys.ts";
import type { Account } from "../../../store/directory.ts";
import { memoryDefenceMemory } from "../../../store/memory/defence-memory.ts";
import { memoryOutboundQueue } from "../../../store/memory/outbound-queue.ts";
import type { DeliveryRecord, OutboundQueue } from "../../../store/outbound-queue.ts";
import { openSqliteWebAccess } from "../../../store/sqlite/web-access/web-access.ts";
import type { WebAccess } from "../../../store/web-access.ts";
import { createPortal } from "../portal/portal.ts";
import type { PortalRoute } from "../portal/route.ts";
import { linkPath, paths } from "./account-paths.ts";
import type { HolderServices } from "./holder-services.ts";

export const PASSWORD = "correct horse battery";
export const ADA: string = `ada@${SITE_HOST}`;
export const ELSEWHERE = "ada@elsewhere.example";

export type Shown = {
  readonly path: string;
  readonly code: number;
  /** Where it leads: 303. */
  readonly location: string | undefined;
  readonly body: string;
  readonly setCookie: string | undefined;
};

/** What is typed, by name of field; "" unticks. */
export type Typed = Readonly<Record<string, string>>;

export interface Visitor {
  cookie: string;
  get(path: string): Promise<Shown>;
  /** Fills in the form of a page and sends it. @param action part of its address, where a page has several forms */
  send(page: Shown, typed: Typed, action?: string): Promise<Shown>;
  /** Likewise, and goes where it leads. */
  sendOn(page: Shown, typed: Typed, action?: string): Promise<Shown>;
  logIn(typed?: Typed): Promise<Shown>;
  /** Sends these fields and no others, whatever page they might be of. */
  post(path: string, fields: Typed): Promise<Shown>;
}

export type PortalWorld = AsyncDisposable & {
  readonly site: WebSite;
  readonly home: CredentialHome;
  readonly clock: FakeClock;
  readonly webAccess: WebAccess;
  readonly sessions: WebSessions;
  readonly hasher: PasswordHasher;
  readonly parts: RecoveryParts;
  readonly services: HolderServices;
  readonly ada: Account;
  /** What went elsewhere. */
  readonly letters: OutsideLetter[];
  /** What lies in INBOXes. */
  readonly told: { readonly notice: HolderNotice; readonly occasion: string }[];
  readonly sent: DeliveryRecord[];
  /** What is on its way. */
  readonly queue: OutboundQueue;
  readonly logged: (readonly [name: string, fields: object])[];
  visitor(userAgent?: string): Visitor;
  /** The path of the link that was mailed last, wherever to. */
  link(): string;
};

/** @param routesOf the pages to serve */
export async function openPortalWorld(
  routesOf: (services: HolderServices, world: Omit<PortalWorld, "site" | "visitor">) => readonly PortalRoute[],
): Promise<PortalWorld> {
  const folder = mkdtempSync(join(tmpdir(), "altmail-portal-"));
  const home = await credentialHome();
  const { clock, directory, credentials, mail } = home;
  const key = randomBytes(32) as Uint8Array as FileKey;
  const webAccess = await openSqliteWebAccess({ file: join(folder, "web.db"), key, clock });
  const sessions = createWebSessions({ store: webAccess, directory });
  const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
  const revocations = createRevocations(silentBus);
  const [logged, letters, told, sent]: [PortalWorld["logged"], OutsideLetter[], PortalWorld["told"], DeliveryRecord[]] =
    [[], [], [], []];
  const queue = memoryOutboundQueue(clock);
  const log = (name: string, fields: object): void => void logged.push([name, fields]);
  const domains = [SITE_HOST];

  const passwordHash = (await hasher.hash(PASSWORD)) ?? assert.fail();
  const ada = sampleAccount(ADA, { passwordHash, createdAt: clock.now(), quotaBytes: 2 ** 31 });
  await directory.add([ada, sampleAccount(`bob@${SITE_HOST}`, { passwordHash })]);
  await mail.create(ada.id, { quotaBytes: ada.quotaBytes });

  const notices = {
    tell: async (_account: unknown, notice: HolderNotice, occasion: string) => void told.push({ notice, occasion }),
  };
  const post = async (letter: OutsideLetter): Promise<void> => void letters.push(letter);
  const parts: RecoveryParts = {
    directory,
    credentials,
    hasher,
    revocations,
    links: createAccountLinks<LinkPurpose>({ store: webAccess, clock }),
    sessions,
    notices,
    post,
    tellBoth: createTellBoth({ notices, credentials, post }),
    prove: createProveHolder({ hasher, log }),
    linkTo: (purpose, token, language) => `https://${SITE_HOST}${linkPath(purpose, token, language)}`,
    clock,
    log,
  };
  const guard = createLogInGuard({ store: webAccess, clock, log });
  const authenticator = createAuthenticator({ directory, hasher, revocations, log, clock, guard });
  const logIns = createLogInRecords({ store: webAccess, directory, tell: async () => {}, clock, log });
  const reset = createPasswordReset(parts);
  const services: HolderServices = {
    directory,
    credentials,
    mail,
    accounts: createAccounts({
      directory,
      mail,
      hasher,
      revocations,
      clock,
      log,
      domains,
      credentials,
      endSessions: (account) => sessions.endAll(account),
      endLinks: (account) => webAccess.forgetLinks(account),
    }),
    authenticator,
    sessions,
    logIns,
    changePassword: createChangePassword(parts),
    recovery: createRecoveryAddresses(parts, domains),
    reset,
    secondSteps: createSecondSteps(parts, "AltMail"),
    closing: createClosingByHolder(parts, () => {}),
    queue: {
      list: (...asked) => queue.list(...asked),
      records: async (account, since) =>
        sent.filter((one) => one.account === account && one.at >= since).toSorted((a, b) => b.at - a.at),
    },
    memory: memoryDefenceMemory(),
    askOfNames: createAskLimit({ clock, rate: { most: 60, windowMs: HOUR } }),
    askOfResets: createAskLimit({ clock, rate: { most: 10, windowMs: HOUR } }),
    clock,
    beside: { signUp: false, plan: false, clients: false },
    domains,
    serviceName: "AltMail",
  };

  const dispose = async (): Promise<void> => {
    await reset[Symbol.asyncDispose]();
    await logIns[Symbol.asyncDispose]();
    authenticator[Symbol.dispose]();
    await queue[Symbol.asyncDispose]();
    await webAccess[Symbol.asyncDispose]();
    await home[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  };
  const link = (): string => {
    const texts = [...told, ...letters].flatMap(({ notice }) => ("link" in notice ? [notice] : []));
    const last = texts.toSorted((a, b) => a.until - b.until).at(-1) ?? assert.fail("no link was mailed");
    return new URL(last.link).pathname;
  };
  const world = {
    home,
    clock,
    webAccess,
    sessions,
    hasher,
    parts,
    services,
    ada,
    letters,
    told,
    sent,
    queue,
    logged,
    link,
  };
  const whole = { ...world, [Symbol.asyncDispose]: dispose };
  const routes = routesOf(services, whole);
  const site = await startSite({
    application: (made) =>
      createPortal({ site: made, routes, sessions, clock, log, maxBodyBytes: 4096, logInPath: paths.logIn }),
  });
  return {
    ...world,
    site,
    visitor: (userAgent = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0") => visitorOf(site, userAgent),
    async [Symbol.asyncDispose]() {
      await site[Symbol.asyncDispose]();
      await dispose();
    },
  };
}

function visitorOf({ port }: WebSite, userAgent: string): Visitor {
  const ask = async (path: string, cookie: string, body?: string): Promise<Shown> => {
    const asked = request({
      host: "127.0.0.1",
      port,
      path,
      method: body === undefined ? "GET" : "POST",
      agent: false,
      rejectUnauthorized: false,
      headers: {
        host: SITE_HOST,
        "user-agent": userAgent,
        ...(cookie !== "" && { cookie }),
        ...(body !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
      },
    });
    asked.end(body);
    const [response] = await once(asked, "response");
    let text = "";
    for await (const piece of response) text += String(piece);
    const { location, "set-cookie": setCookie } = response.headers;
    return { path, code: response.statusCode, location, body: text, setCookie: setCookie?.[0] };
  };

  const visitor: Visitor = {
    cookie: "",
    async get(path) {
      return keep(await ask(path, visitor.cookie));
    },
    async send(page, typed, action = "") {
      const { to, filled } = formOf(page, action);
      for (const [name, value] of Object.entries(typed)) {
        filled.delete(name);
        if (value !== "") filled.append(name, value);
      }
      return keep(await ask(to, visitor.cookie, filled.toString()));
    },
    async sendOn(page, typed, action) {
      const reply = await visitor.send(page, typed, action);
      assert.equal(reply.code, 303, reply.body);
      return visitor.get(reply.location ?? assert.fail("it leads nowhere"));
    },
    async post(path, fields) {
      return keep(await ask(path, visitor.cookie, new URLSearchParams(fields).toString()));
    },
    async logIn(typed = {}) {
      const page = await visitor.get(paths.logIn);
      return visitor.sendOn(page, { name: ADA, password: PASSWORD, ...typed });
    },
  };
  const keep = (shown: Shown): Shown => {
    if (shown.setCookie !== undefined) visitor.cookie = shown.setCookie.split(";")[0] ?? "";
    return shown;
  };
  return visitor;
}

/** The first sentence in the list of what is wrong. */
export const problemIn = ({ body }: Shown): string =>
  plainText(/<div class="problems".*?<a href="#[^"]+">([^<]+)<\/a>/s.exec(body)?.[1] ?? "");

/** A form of a page as it stands there: its address, and what its fields hold already. */
function formOf({ body, path }: Shown, action: string): { readonly to: string; readonly filled: URLSearchParams } {
  const forms = [...body.matchAll(/<form method="post" action="([^"]+)">(.*?)<\/form>/gs)];
  const [, to = "", inner = ""] = forms.find(([, at = ""]) => at.includes(action)) ?? assert.fail(`no form in ${path}`);
  const filled = new URLSearchParams();
  for (const [input] of inner.matchAll(/<input [^>]*>/g)) {
    const of = (name: string): string => plainText(new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1] ?? "");
    const isLeftOut = /type="(?:checkbox|radio)"/.test(input) && !/ checked/.test(input);
    if (!isLeftOut && of("name") !== "") filled.append(of("name"), of("value"));
  }
  return { to, filled };
}

const plainText = (escaped: string): string =>
  escaped
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
