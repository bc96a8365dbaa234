/**
 * What the world is told over HTTPS: the site's pages, the MTA-STS policy of each domain (RFC 8461 section 3.2), the signed
 * statement on retention, and that we are well. Over plain HTTP there is only the way to HTTPS, and the answer to an
 * authority that asks whether a name is ours (RFC 8555 section 8.3), so that a program that renews certificates can put its
 * files there.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { plain, type WebAnswer, type WebRequest } from "./answer.ts";
import type { WebApplication, WebContent } from "./respond.ts";
import { pageHeaders, transportHeaders } from "./security-headers.ts";
import { HTML, type Site } from "./site/site.ts";

export type PublicNames = {
  readonly hostName: string;
  /** Ours, in A-labels. */
  readonly domains: readonly string[];
  /** Labels below each domain under which something is served besides. */
  readonly moreHosts?: readonly string[];
};

export type PublicOptions = PublicNames & {
  /** The text of our policy. */
  readonly policy: string;
  /** JSON; `undefined`: none was made yet. */
  readonly statement: () => Promise<string | undefined>;
  /** Without it there are no pages, and errors are sentences. */
  readonly site?: Site;
  /** The portal. */
  readonly application?: WebApplication;
};

const POLICY_PATH = "/.well-known/mta-sts.txt";
const STATEMENT_PATH = "/.well-known/altmail-retention.json";
const CHALLENGE_PATH = "/.well-known/acme-challenge/";
/** RFC 8555 section 8.3: base64url. */
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;
/** Only ASCII that may stand in a field as it is: a path of ours is nothing else. */
const PATH = /^\/(?!\/)[\x21-\x7e]*$/;

const policyHosts = (domains: readonly string[]): ReadonlySet<string> =>
  new Set(domains.map((domain) => `mta-sts.${domain}`));

export function publicPage(options: PublicOptions): WebContent {
  const { domains, policy, statement, site, application } = options;
  const ofPolicies = policyHosts(domains);
  return {
    routes: {
      [POLICY_PATH]: ({ host }) =>
        ofPolicies.has(host)
          ? { code: 200, type: "text/plain; charset=utf-8", body: policy }
          : plain(404, "The policy of a domain is at mta-sts. and its name."),
      [STATEMENT_PATH]: async () => {
        const text = await statement();
        return text === undefined
          ? plain(503, "The statement is being made: ask again in some minutes.")
          : { code: 200, type: "application/json", body: text };
      },
      "/health": () => plain(200, "Well."),
    },
    otherwise: ({ path }) => otherSlash(options, path),
    headers: transportHeaders,
    refuse: refuseUnnamed(options),
    ...(site === undefined ? {} : contentOf(site)),
    ...(application === undefined ? {} : { application }),
  };
}

function contentOf(site: Site): Pick<WebContent, "resources" | "failure"> {
  return {
    resources: site.resources,
    failure: (code, path) => ({
      code,
      type: HTML,
      body: site.errorPage(code, path),
      headers: pageHeaders("no script"),
    }),
  };
}

/** `challengeFolder`: where answers to an authority lie, a file a token; `undefined`: nowhere. */
export function plainPage(names: PublicNames, challengeFolder: string | undefined): WebContent {
  return {
    routes: {},
    otherwise: ({ host, path }) =>
      path.startsWith(CHALLENGE_PATH) ? challenge(challengeFolder, path) : toHttps({ host, path }),
    refuse: refuseUnnamed(names),
  };
}

/** Leads to the page whose address differs by a slash at its end. */
function otherSlash({ site, application }: PublicOptions, path: string): WebAnswer | undefined {
  const other = path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
  return site?.resources.has(other) === true || application?.has(other) === true
    ? { ...plain(308, "The address of this page is another one."), headers: { location: other } }
    : undefined;
}

function toHttps({ host, path }: WebRequest): WebAnswer {
  const target = PATH.test(path) ? path : "/";
  return { ...plain(308, "This is served over HTTPS."), headers: { location: `https://${host}${target}` } };
}

async function challenge(folder: string | undefined, path: string): Promise<WebAnswer> {
  const token = path.slice(CHALLENGE_PATH.length);
  const text =
    folder === undefined || !TOKEN.test(token)
      ? undefined
      : await readFile(join(folder, token), "latin1").catch(() => undefined);
  return text === undefined
    ? plain(404, "There is no such challenge.")
    : { code: 200, type: "application/octet-stream", body: text };
}

function refuseUnnamed({ hostName, domains, moreHosts = [] }: PublicNames): WebContent["refuse"] {
  const more = domains.flatMap((domain) => moreHosts.map((label) => `${label}.${domain}`));
  const names = new Set([hostName, ...domains, ...policyHosts(domains), ...more]);
  return (host) => (names.has(host) ? undefined : "Nothing is served under this name here.");
}
