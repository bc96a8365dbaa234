/** A page of the portal as its maker writes it: a path, what GET shows and what POST does, as values. */
import type { AccountId } from "../../../store/ids.ts";
import type { Html } from "../markup.ts";
import type { Language } from "../site/language.ts";
import type { Problems } from "./fields.ts";
import type { Form } from "./form.ts";
import type { PortalSession } from "./sessions.ts";

/** Who asks, and what of it matters. */
export type Visit<S = PortalSession | undefined> = {
  readonly language: Language;
  readonly session: S;
  /** For forms of the page; who asks for it gets a cookie, if there was none. */
  readonly formToken: () => string;
  /** The address of a page of the portal in the visitor's language. */
  readonly to: (path: string) => string;
  /** What stands behind the question mark. */
  readonly query: URLSearchParams;
  /** The part of the path that the route calls `:name`. */
  readonly part: (name: string) => string;
  /** Personal: see host/events. */
  readonly peerAddress: string;
  readonly client: string;
};

export type PortalPage = {
  readonly title: string;
  /** Stands below the title. */
  readonly body: Html;
  /** Shown as a list above the body. */
  readonly problems?: Problems;
  /** The page's own script, by address; it only helps. */
  readonly script?: string;
};

/** What a session becomes with this answer. */
export type SessionChange =
  | { readonly kind: "begin"; readonly account: AccountId; readonly isStaying: boolean }
  | { readonly kind: "end" };

export type Reply =
  | { readonly kind: "page"; readonly page: PortalPage; readonly code?: 200 | 403 | 404 | 409 | 410 | 422 | 429 | 503 }
  /** 303 (RFC 9110 section 15.4.4): what was sent is done, and the result is elsewhere; never another host. */
  | { readonly kind: "go"; readonly path: string; readonly session?: SessionChange };

type Deeds<S> = {
  readonly get?: (visit: Visit<S>) => Reply | Promise<Reply>;
  readonly post?: (visit: Visit<S>, form: Form) => Reply | Promise<Reply>;
};

export type PortalRoute = {
  /** As in English, with parts as hono writes them: "/account/aliases/:alias". The log has it as it stands here. */
  readonly path: string;
} & (
  | ({ readonly access: "everybody" } & Deeds<PortalSession | undefined>)
  /** Who has no session is led to log in. */
  | ({ readonly access: "session" } & Deeds<PortalSession>)
);
