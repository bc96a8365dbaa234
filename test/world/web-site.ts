/** A website of its own for a test: the pages of this program or of a folder, over TLS on loopback, in this process. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/host/clock.ts";
import type { Log } from "../../src/host/events/events.ts";
import { openLabAuthority } from "../../src/host/tls/lab-authority.ts";
import { ServerTls } from "../../src/host/tls/server-tls.ts";
import { publicLimits, type WebLimits } from "../../src/servers/web/limits.ts";
import { publicPage } from "../../src/servers/web/public.ts";
import type { WebApplication } from "../../src/servers/web/respond.ts";
import { serveSite } from "../../src/servers/web/server.ts";
import type { SiteText } from "../../src/servers/web/site/read-site.ts";
import { makeSite, type Site } from "../../src/servers/web/site/site.ts";
import { root } from "../system/lab.ts";

export const SITE_HOST = "example.test";

export type Logged = { readonly name: string; readonly fields: Readonly<Record<string, unknown>> };

export type WebSite = AsyncDisposable & {
  readonly port: number;
  readonly origin: string;
  readonly site: Site;
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly certificateKeyFile: string;
  readonly logged: readonly Logged[];
};

export type WebSiteOptions = {
  /** Default: the pages that every test may rely on. */
  readonly folder?: string;
  readonly limits?: Partial<WebLimits>;
  readonly application?: (site: Site) => WebApplication;
  readonly statement?: string;
  /** Default: what is logged is kept, see `WebSite.logged`. */
  readonly log?: Log;
};

/** The pages that are served in earnest. */
export const REAL_PAGES: string = join(root, "site");
export const SOME_PAGES: string = join(root, "test/world/site");

const PLAN = { currency: "EUR", every: "year" } as const;
/** The operator's values of the manual of the pages (site/README.md), by the examples in its tables. */
const values = new Map([
  ...examples(join(root, "site/README.md")),
  ["name", "AltMail"],
  ["domain", SITE_HOST],
  ["host", `mail.${SITE_HOST}`],
  ["contact", `post@${SITE_HOST}`],
  ["logDays", "10"],
]);

function examples(file: string): readonly (readonly [string, string])[] {
  const rows = readFileSync(file, "utf8").matchAll(/^\| `([A-Za-z]+)` \|.*\| ([^|]+?) \|$/gm);
  return Array.from(rows, ([, name = "", example = ""]) => [name, example]);
}

export const siteText: SiteText = {
  values: { en: values, sv: values },
  plans: [
    { ...PLAN, name: "Letter", cents: 1200, quotaBytes: 2 ** 31, aliases: 5, recipientsADay: 200 },
    { ...PLAN, name: "Parcel", cents: 2950, quotaBytes: 20 * 2 ** 30, aliases: 50, recipientsADay: 1000 },
  ],
};

export async function startSite(options: WebSiteOptions = {}): Promise<WebSite> {
  const { folder = SOME_PAGES, statement } = options;
  const place = mkdtempSync(join(tmpdir(), "altmail-site-"));
  const names = { hostName: `mail.${SITE_HOST}`, domains: [SITE_HOST] };
  const files = await openLabAuthority(place, [SITE_HOST, names.hostName, `mta-sts.${SITE_HOST}`], systemClock);
  const site = makeSite({ folder, name: "AltMail", hasAccounts: options.application !== undefined, ...siteText });
  const application = options.application?.(site);
  const logged: Logged[] = [];
  const server = await serveSite({
    ...publicPage({
      ...names,
      policy: "version: STSv1\r\nmode: testing\r\nmx: mail.example.test\r\nmax_age: 86400\r\n",
      statement: async () => statement,
      site,
      ...(application === undefined ? {} : { application }),
    }),
    name: "https",
    host: "127.0.0.1",
    port: 0,
    limits: { ...publicLimits, ...options.limits },
    workers: 1,
    clock: systemClock,
    log: options.log ?? ((name, fields) => void logged.push({ name, fields })),
    tls: new ServerTls(files, new Uint8Array(48)).current,
  });
  return {
    port: server.port,
    origin: `https://${SITE_HOST}:${server.port}`,
    site,
    authorityFile: files.authorityFile,
    certificateFile: files.certificateFile,
    certificateKeyFile: files.certificateKeyFile,
    logged,
    async [Symbol.asyncDispose]() {
      await server.close(AbortSignal.abort());
      rmSync(place, { recursive: true, force: true });
    },
  };
}
