/**
 * The portal: routes of pages and forms, behind one cookie. For every request it finds the session, for every form it asks
 * for the visitor's token, and what a route replies it makes into an answer that no one may keep. A form without the token of
 * its cookie changes nothing, before log-in as after: browsers' own word on where a request comes from (Fetch metadata) is
 * believed only when it speaks against it, for text browsers do not send it. A store that does not answer for now is a page
 * that says so, and when to come again.
 *
 * Answers are not compressed: they hold a token, and their length would tell of it to who can make the visitor ask.
 */
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { Clock } from "../../../host/clock.ts";
import type { Log } from "../../../host/events/events.ts";
import { comeAgain, passes } from "../passing.ts";
import type { Outcome, WebApplication } from "../respond.ts";
import { pageHeaders } from "../security-headers.ts";
import { type Language, LANGUAGES, languageOf, pathIn } from "../site/language.ts";
import { HTML, type Site } from "../site/site.ts";
import { FORM_TOKEN } from "./fields.ts";
import { readForm } from "./form.ts";
import { portalPage, type Refusal, refusalPage } from "./page.ts";
import type { PortalRoute, Reply } from "./route.ts";
import type { Sessions } from "./sessions.ts";
import { isFormTokenOf } from "./token.ts";
import { type Asked, cookieAfter, meet } from "./visitor.ts";

export type PortalOptions = {
  readonly site: Site;
  readonly routes: readonly PortalRoute[];
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly log: Log;
  readonly maxBodyBytes: number;
  /** Where somebody without a session is led. */
  readonly logInPath: string;
};

const MAX_FIELDS = 100;
const ACCOUNT = "/account/";

type Env = { Bindings: HttpBindings };

export function createPortal(options: PortalOptions): WebApplication {
  const { site, routes, clock, log } = options;
  const outcomes = new WeakMap<object, Outcome>();
  const app = new Hono<Env>({ strict: true });

  const show = (
    context: Context<Env>,
    resource: string,
    code: number,
    text: string,
    fields: Record<string, string>,
  ): Response => {
    outcomes.set(context.env.incoming, { resource, code, bytes: Buffer.byteLength(text) });
    const headers = code === 503 ? { ...fields, ...comeAgain } : fields;
    return new Response(text === "" ? null : text, { status: code, headers });
  };
  const error = (context: Context<Env>, resource: string, code: 404 | 405 | 500): Response =>
    show(context, resource, code, site.errorPage(code, context.req.path), pageFields("no script"));

  for (const route of routes)
    for (const language of LANGUAGES) {
      const path = pathIn(language, route.path);
      app.all(path, async (context) => {
        try {
          const reply = await serve(options, route, language, context);
          if (reply === undefined) return error(context, path, 405);
          return show(context, path, reply.code, reply.text, reply.fields);
        } catch (fault) {
          log("connection.failed", {
            listener: "portal",
            error: fault instanceof Error ? fault.name : "unknown",
            at: path,
          });
          if (!passes(fault)) return error(context, path, 500);
          const later = refusal(site, "later", { code: 503, language, path: context.req.path });
          return show(context, path, later.code, later.text, later.fields);
        }
      });
    }
  app.notFound((context) => error(context, "other", 404));

  const listener = getRequestListener((request, env) => app.fetch(request, env), { overrideGlobalObjects: false });
  return {
    has: (path) => path.startsWith(ACCOUNT) || path.startsWith(pathIn("sv", ACCOUNT)),
    async answer(request, response) {
      await listener(request, response);
      return outcomes.get(request) ?? { resource: "other", code: response.statusCode, bytes: 0 };
    },
  };

  async function serve(
    { sessions, maxBodyBytes, logInPath }: PortalOptions,
    route: PortalRoute,
    language: Language,
    context: Context<Env>,
  ): Promise<Answer | undefined> {
    const asked = await meet({ sessions, clock }, language, {
      cookie: context.req.header("cookie"),
      client: context.req.header("user-agent"),
      url: context.req.url,
      part: (name) => context.req.param(name),
      address: context.env.incoming.socket.remoteAddress,
    });
    const { visit, token } = asked;
    const answer = (reply: Reply): Promise<Answer> => answerWith(options, asked, reply, context.req.path);
    const refuse = (why: "stale" | "strange", code: number): Answer =>
      refusal(site, why, { code, language, path: context.req.path });
    const isPost = context.req.method === "POST";
    const deed = isPost ? route.post : route.get;
    if (deed === undefined || !["GET", "HEAD", "POST"].includes(context.req.method)) return undefined;
    if (route.access === "session" && visit.session === undefined) {
      return answer({ kind: "go", path: visit.to(logInPath) });
    }
    if (!isPost) return answer(await (route.get as NonNullable<Deed["get"]>)(visit));
    if (comesFromElsewhere(context.req.raw.headers)) return refuse("stale", 403);
    const read = await readForm(context.req.raw, { maxBodyBytes, maxFields: MAX_FIELDS });
    if (read.kind === "refused") return refuse("strange", read.code);
    if (token === undefined || !isFormTokenOf(token, read.form.text(FORM_TOKEN))) return refuse("stale", 403);
    return answer(await (route.post as NonNullable<Deed["post"]>)(visit, read.form));
  }
}

/** What a route may be called with, whoever it is for: the gate above saw to the session. */
type Deed = Extract<PortalRoute, { access: "everybody" }>;
type Answer = { readonly code: number; readonly text: string; readonly fields: Record<string, string> };

type Refused = { readonly code: number; readonly language: Language; readonly path: string };

function refusal(site: Site, why: Refusal, { code, language, path }: Refused): Answer {
  const page = portalPage(site.frame, refusalPage(why, language), { language, path: englishPath(path) });
  return { code, text: page.toString(), fields: pageFields("no script") };
}

async function answerWith(options: PortalOptions, asked: Asked, reply: Reply, path: string): Promise<Answer> {
  const { site } = options;
  const cookie = await cookieAfter(options, asked, reply.kind === "go" ? reply.session : undefined);
  const fields = cookie === undefined ? {} : { "set-cookie": cookie };
  if (reply.kind === "go")
    return { code: 303, text: "", fields: { ...pageFields("no script"), ...fields, location: reply.path } };
  const { page, code = 200 } = reply;
  const place = { language: asked.visit.language, path: englishPath(path) };
  return {
    code,
    text: portalPage(site.frame, page, place).toString(),
    fields: { ...pageFields(page.script === undefined ? "no script" : "own script"), ...fields },
  };
}

const pageFields = (policy: Parameters<typeof pageHeaders>[0]): Record<string, string> => ({
  "content-type": HTML,
  "cache-control": "no-store",
  ...pageHeaders(policy),
});

/** Fetch metadata: our own forms are sent from our own pages. */
function comesFromElsewhere(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  return site !== null && site !== "same-origin";
}

const englishPath = (path: string): string => (languageOf(path) === "sv" ? path.replace(/^\/sv/, "") : path);
