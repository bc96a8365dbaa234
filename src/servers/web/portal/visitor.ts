/** Who asks: the visitor behind a cookie, with the session if there is one; and what a reply makes of both. */
import { type Clock, DAY, MINUTE, SECOND } from "../../../host/clock.ts";
import { plainAddress } from "../../../host/listener-peers.ts";
import { type Language, pathIn } from "../site/language.ts";
import { dropCookie, readCookie, writeCookie } from "./cookie.ts";
import type { SessionChange, Visit } from "./route.ts";
import type { Sessions } from "./sessions.ts";
import { formTokenOf, newToken, sessionIdOf, type VisitToken } from "./token.ts";

export type Visitors = { readonly sessions: Sessions; readonly clock: Clock };

/** Of the request, as far as it says who asks. */
export type Sent = {
  readonly cookie: string | undefined;
  readonly client: string | undefined;
  readonly url: string;
  readonly part: (name: string) => string | undefined;
  readonly address: string | undefined;
};

export type Asked = {
  readonly token: VisitToken | undefined;
  readonly visit: Visit;
  /** The token that a page asked for and that its visitor has not. */
  readonly made: () => VisitToken | undefined;
  /** This visit was noted, so the session lives for longer. */
  readonly isNoted: boolean;
};

/** How long a cookie of who stays logged in is kept after the last visit that was noted; its session ends before. */
const STAY_S: number = (10 * DAY) / SECOND;
/** A session is not written at each visit. */
const TOUCH_EVERY_MS: number = 10 * MINUTE;

/** Finds who asks; makes a token for who has none only when a page wants it. */
export async function meet(visitors: Visitors, language: Language, sent: Sent): Promise<Asked> {
  const token = readCookie(sent.cookie);
  const now = visitors.clock.now();
  let made: VisitToken | undefined;
  const session = token === undefined ? undefined : await visitors.sessions.find(sessionIdOf(token), now);
  const isNoted = session !== undefined && now - session.seenAt >= TOUCH_EVERY_MS;
  if (isNoted) await visitors.sessions.touch(session.id, now);
  const visit: Visit = {
    language,
    session,
    formToken: () => formTokenOf(token ?? (made ??= newToken())),
    to: (path) => pathIn(language, path),
    query: new URL(sent.url).searchParams,
    part: (name) => sent.part(name) ?? "",
    peerAddress: plainAddress(sent.address ?? ""),
    client: sent.client ?? "",
  };
  return { token, visit, made: () => made, isNoted };
}

/**
 * Carries out what a reply does to the session, and tells the value of Set-Cookie, if there is one.
 * A session that begins has a token that nobody knew before: one that somebody planted is worth nothing.
 */
export async function cookieAfter(
  { sessions, clock }: Visitors,
  { token, visit, made, isNoted }: Asked,
  change: SessionChange | undefined,
): Promise<string | undefined> {
  if (change === undefined) {
    const first = made();
    if (first !== undefined) return writeCookie(first);
    return isNoted && token !== undefined && visit.session?.isStaying === true ? writeCookie(token, STAY_S) : undefined;
  }
  if (visit.session !== undefined) await sessions.end(visit.session.id);
  if (change.kind === "end") return dropCookie;
  const { account, isStaying } = change;
  const [fresh, now] = [newToken(), clock.now()];
  await sessions.create({ id: sessionIdOf(fresh), account, begunAt: now, seenAt: now, isStaying });
  return writeCookie(fresh, isStaying ? STAY_S : undefined);
}
