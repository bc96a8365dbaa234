/**
 * Log in and out. A wrong name and a wrong password are one answer, which takes as long; the second step, where it is on, is
 * a page of its own. Between the two the visitor has a session that counts for nothing, found by what stands in the
 * visitor's forms, and the cookie changes when the session begins.
 */
import { createHash } from "node:crypto";
import type { Login, RefusedLogin } from "../../../service/accounts/authenticator.ts";
import { clientKind } from "../../../service/web-access/client-kind.ts";
import type { WebSession } from "../../../service/web-access/web-sessions.ts";
import { html } from "../markup.ts";
import type { Language } from "../site/language.ts";
import { buttons, field, form, noProblems, type Problems, tick } from "../portal/fields.ts";
import type { PortalRoute, Reply, Visit } from "../portal/route.ts";
import { paths } from "./account-paths.ts";
import { doneNotice, wayOn } from "./holder-page.ts";
import type { HolderServices } from "./holder-services.ts";
import { logInWords as words } from "./log-in-words.ts";

type Services = Pick<
  HolderServices,
  "authenticator" | "beside" | "sessions" | "secondSteps" | "logIns" | "domains" | "clock"
>;

/** Characters that are looked at: an address has no more. */
const LONGEST_NAME = 320;

export function logInRoutes(services: Services): readonly PortalRoute[] {
  const { authenticator, sessions, secondSteps, logIns, domains, clock } = services;

  const begin = (visit: Visit, { account, isStaying }: Pick<WebSession, "account" | "isStaying">): Reply => {
    logIns.note({ account, protocol: "web", named: visit.client, address: visit.peerAddress });
    return { kind: "go", path: visit.to(paths.overview), session: { kind: "begin", account, isStaying } };
  };

  const enter = async (visit: Visit, login: Login & { kind: "accepted" }, isStaying: boolean): Promise<Reply> => {
    const { account, secondStep = false } = login;
    if (!secondStep) return begin(visit, { account, isStaying });
    const [id, now] = [waitingId(visit), clock.now()];
    await sessions.end(id);
    await sessions.createWaiting({ id, account, begunAt: now, seenAt: now, isStaying });
    return { kind: "go", path: visit.to(paths.code) };
  };

  const failed = (visit: Visit, login: Exclude<Login, { kind: "accepted" }>, kept: Kept): Reply => {
    const word = words[visit.language];
    const [code, sentence] =
      login.kind === "unavailable"
        ? ([429, word.later] as const)
        : ([422, login.kind === "wrong" ? word.wrong : refusal(login, word)] as const);
    return { kind: "page", code, page: logInPage(visit, services, new Map([["name", sentence]]), kept) };
  };

  return [
    {
      path: paths.logIn,
      access: "everybody",
      get: (visit) =>
        visit.session === undefined
          ? { kind: "page", page: logInPage(visit, services, noProblems, { name: "", isStaying: false }) }
          : { kind: "go", path: visit.to(paths.overview) },
      async post(visit, sent) {
        const typed = sent.text("name").trim().slice(0, LONGEST_NAME);
        const kept = { name: typed, isStaying: sent.has("stay") };
        const name = typed.includes("@") ? typed : `${typed}@${domains[0] ?? ""}`;
        const asking = {
          client: visit.peerAddress,
          software: clientKind("web", visit.client),
          purpose: "portal",
        } as const;
        const login = await authenticator.authenticate(name, sent.text("password"), asking);
        return login.kind === "accepted" ? enter(visit, login, kept.isStaying) : failed(visit, login, kept);
      },
    },
    {
      path: paths.code,
      access: "everybody",
      async get(visit) {
        const waiting = await sessions.findWaiting(waitingId(visit), clock.now());
        return waiting === undefined
          ? { kind: "go", path: visit.to(paths.logIn) }
          : { kind: "page", page: codePage(visit, noProblems) };
      },
      async post(visit, sent) {
        const id = waitingId(visit);
        const waiting = await sessions.findWaiting(id, clock.now());
        if (waiting === undefined) return { kind: "go", path: `${visit.to(paths.logIn)}?done=over` };
        const verdict = await secondSteps.check(waiting.account, sent.text("code"));
        if (verdict === "right") {
          // False: somebody was faster, with the same cookie.
          const isFirst = await sessions.endOne(waiting.account, id);
          return isFirst ? begin(visit, waiting) : { kind: "go", path: visit.to(paths.logIn) };
        }
        const word = words[visit.language];
        const problems = new Map([["code", verdict === "wait" ? word.codeWait : word.codeWrong]]);
        return { kind: "page", code: verdict === "wait" ? 429 : 422, page: codePage(visit, problems) };
      },
    },
    {
      path: paths.logOut,
      access: "everybody",
      get: (visit) => ({ kind: "go", path: visit.to(paths.overview) }),
      post: (visit) => ({ kind: "go", path: `${visit.to(paths.logIn)}?done=out`, session: { kind: "end" } }),
    },
  ];
}

/** Nobody hears "app-password" here: it is said to mail programs. */
const refusal = ({ why }: RefusedLogin, { suspended, unpaid }: (typeof words)[Language]): string =>
  why === "unpaid" ? unpaid : suspended;

/** Of the session that waits for its second step. What stands in forms says who the visitor is, and leads to no session. */
const waitingId = (visit: Visit): string =>
  createHash("sha256").update(`second step\n${visit.formToken()}`).digest("base64url");

/** What comes back when the form failed. */
type Kept = { readonly name: string; readonly isStaying: boolean };

function logInPage(visit: Visit, { domains, beside }: Services, problems: Problems, { name, isStaying }: Kept) {
  const word = words[visit.language];
  const { stay: label, stayHint: hint } = word;
  const body = html`${doneNotice(visit, word.done)}${form(
    visit.to(paths.logIn),
    visit.formToken(),
    field(
      {
        name: "name",
        label: word.name,
        hint: word.nameHint(domains[0] ?? ""),
        autocomplete: "username",
        inputmode: "email",
        value: name,
        maxLength: LONGEST_NAME,
      },
      problems,
    ),
    field({ name: "password", label: word.password, type: "password", autocomplete: "current-password" }, problems),
    tick({ name: "stay", label, hint, isChosen: isStaying }, problems),
    buttons({ label: word.title }),
  )}
${wayOn(visit.to(paths.forgotten), word.forgotten)}${beside.signUp && html`<p>${word.noAccount} <a href="${visit.to(paths.signUp)}">${word.signUp}</a></p>`}`;
  return { title: word.title, body, problems };
}

function codePage(visit: Visit, problems: Problems) {
  const word = words[visit.language];
  const body = html`${form(
    visit.to(paths.code),
    visit.formToken(),
    field({ name: "code", label: word.code, hint: word.codeHint, autocomplete: "one-time-code" }, problems),
    buttons({ label: word.goOn }),
  )}
<h2>${word.codeLostTitle}</h2>
<p>${word.codeLost}</p>
${wayOn(visit.to(paths.logIn), word.anew)}`;
  return { title: word.codeTitle, body, problems };
}
