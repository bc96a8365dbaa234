/**
 * What the world is told over HTTPS: the MTA-STS policy of each domain (RFC 8461 section 3.2), the signed statement on
 * retention, and that we are well. Over plain HTTP there is only the way to HTTPS, and the answer to an authority that asks
 * whether a name is ours (RFC 8555 section 8.3), so that a program that renews certificates can put its files there.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WebAnswer, WebOptions } from "./server.ts";
import { plain } from "./server.ts";

export type PublicPage = Pick<WebOptions, "routes" | "otherwise" | "refuse">;

export type PublicOptions = {
  readonly hostName: string;
  /** Ours, in A-labels. */
  readonly domains: readonly string[];
  /** The text of our policy. */
  readonly policy: string;
  /** JSON; `undefined`: none was made yet. */
  readonly statement: () => string | undefined;
};

const POLICY_PATH = "/.well-known/mta-sts.txt";
const STATEMENT_PATH = "/.well-known/altmail-retention.json";
const CHALLENGE_PATH = "/.well-known/acme-challenge/";
/** RFC 8555 section 8.3: base64url. */
const TOKEN = /^[A-Za-z0-9_-]{1,128}$/;

const policyHosts = (domains: readonly string[]): ReadonlySet<string> =>
  new Set(domains.map((domain) => `mta-sts.${domain}`));

export function publicPage({ hostName, domains, policy, statement }: PublicOptions): PublicPage {
  const ofPolicies = policyHosts(domains);
  return {
    routes: {
      [POLICY_PATH]: ({ host }) =>
        ofPolicies.has(host)
          ? { code: 200, type: "text/plain; charset=utf-8", body: policy }
          : plain(404, "The policy of a domain is at mta-sts. and its name."),
      [STATEMENT_PATH]: () => {
        const text = statement();
        return text === undefined
          ? plain(503, "The statement is being made: ask again in some minutes.")
          : { code: 200, type: "application/json", body: text };
      },
      "/health": () => plain(200, "Well."),
    },
    refuse: refuseUnnamed(hostName, domains),
  };
}

/** `challengeFolder`: where answers to an authority lie, a file a token; `undefined`: nowhere. */
export function plainPage(
  { hostName, domains }: Pick<PublicOptions, "hostName" | "domains">,
  challengeFolder: string | undefined,
): PublicPage {
  return {
    routes: {},
    otherwise: ({ host, path }) =>
      path.startsWith(CHALLENGE_PATH) ? challenge(challengeFolder, path) : toHttps(host, path),
    refuse: refuseUnnamed(hostName, domains),
  };
}

/** Only ASCII that may stand in a field as it is: a path of ours is nothing else. */
function toHttps(host: string, path: string): WebAnswer {
  const target = /^\/[\x21-\x7e]*$/.test(path) ? path : "/";
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

function refuseUnnamed(hostName: string, domains: readonly string[]): PublicPage["refuse"] {
  const names = new Set([hostName, ...domains, ...policyHosts(domains)]);
  return (host) => (names.has(host) ? undefined : "Nothing is served under this name here.");
}
