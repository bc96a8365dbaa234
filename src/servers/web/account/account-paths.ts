/** Where the holder's pages are, and where links that arrive by mail lead. */
import type { LinkPurpose } from "../../../service/recovery/mailed-links.ts";
import { type Language, pathIn } from "../site/language.ts";

export const paths = {
  overview: "/account/",
  logIn: "/account/log-in",
  code: "/account/log-in/code",
  logOut: "/account/log-out",
  forgotten: "/account/forgotten",
  signUp: "/account/sign-up",
  plan: "/account/plan",
  clients: "/account/clients",
  password: "/account/password",
  recovery: "/account/recovery",
  aliases: "/account/aliases",
  appPasswords: "/account/app-passwords",
  secondStep: "/account/two-step",
  sessions: "/account/sessions",
  sent: "/account/sent",
  held: "/account/held",
  wishes: "/account/wishes",
  close: "/account/close",
  closed: "/account/closed",
  confirmed: "/account/recovery-confirmed",
} as const;

/** The pages of links; the token is a part of the path, so that the page's twin in the other language has it too. */
const LINKS: Readonly<Record<LinkPurpose, string>> = {
  "recovery-address": "/account/link/recovery",
  "password-reset": "/account/link/new-password",
  "close-account": "/account/link/close",
};

/** As a route names it. */
export const linkRoute = (purpose: LinkPurpose): string => `${LINKS[purpose]}/:token`;

/** The page of a link in English, for its form. */
export const linkPage = (purpose: LinkPurpose, token: string): string =>
  `${LINKS[purpose]}/${encodeURIComponent(token)}`;

/** The path of a mailed link; before it stands the origin of the website. */
export const linkPath = (purpose: LinkPurpose, token: string, language: Language): string =>
  pathIn(language, `${LINKS[purpose]}/${token}`);
