/**
 * Serves the documents by which mail programs set themselves up, to whoever asks, the same to everybody: nobody learns here
 * whether there is an account. Each is known by the name that was asked for and by its path; logs have the path alone, so an
 * address that a program puts behind the question mark is written nowhere.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../../host/clock.ts";
import { ASKED_LABELS } from "../../../rules/client-settings/asked-names.ts";
import { autoconfigXml } from "../../../rules/client-settings/autoconfig.ts";
import { autodiscoverError, autodiscoverXml, parseAutodiscover } from "../../../rules/client-settings/autodiscover.ts";
import type { MailServices } from "../../../rules/client-settings/mail-services.ts";
import { mobileconfig } from "../../../rules/client-settings/mobileconfig.ts";
import { paccJson } from "../../../rules/client-settings/pacc.ts";
import { type Signer, signedData } from "../../../rules/client-settings/signed-data.ts";
import { plain } from "../answer.ts";
import type { WebApplication } from "../respond.ts";
import { transportHeaders } from "../security-headers.ts";
import { type FoundAnswer, readBody, send } from "./exchange.ts";

export type ClientSettingsOptions = {
  readonly services: MailServices;
  /** Ours, in A-labels. */
  readonly domains: readonly string[];
  /** The service's own certificate and key as they are now; `undefined`: profiles go unsigned. */
  readonly signer: () => Signer | undefined;
  readonly clock: Clock;
};

/** Below these names of each domain programs ask; the certificate must hold them, and the server admit them. */
export const CLIENT_SETTINGS_HOSTS: readonly string[] = Object.values(ASKED_LABELS);
/** The profile for Apple's systems, at every name of ours. */
export const PROFILE_PATH = "/mail.mobileconfig";

/** Requests of Outlook have some hundred octets. */
const MAX_REQUEST_BYTES = 16 * 1024;
const MAX_ADDRESS = 254;
const NAME = /^[\x21-\x3f\x41-\x7e]+$/;

type Asked = { readonly host: string; readonly request: IncomingMessage };
type Document = {
  readonly method: "GET" | "POST";
  /** `undefined`: there is none at this name. */
  readonly answer: (asked: Asked) => FoundAnswer | undefined | Promise<FoundAnswer | undefined>;
};

export function createClientSettings(options: ClientSettingsOptions): WebApplication {
  const documents = documentsOf(options);
  return {
    has: (path) => documents.has(path.toLowerCase()),
    async answer(request, response: ServerResponse) {
      const path = (request.url?.split("?", 1)[0] ?? "").toLowerCase();
      const document = documents.get(path);
      const host = (request.headers.host ?? "").toLowerCase().replace(/:\d{1,5}$/, "");
      const isAllowed = document?.method === "POST" ? request.method === "POST" : isRead(request.method);
      const found = isAllowed ? await document?.answer({ host, request }) : notAllowed(document?.method ?? "GET");
      return send(request, response, path, withFields(found ?? plain(404, "There are no settings at this name.")));
    },
  };
}

function documentsOf({ services, domains, signer, clock }: ClientSettingsOptions): ReadonlyMap<string, Document> {
  const pacc = paccJson(services);
  /** The domain whose name, or whose name below it, was asked for. */
  const domainOf = (host: string, label: string): string | undefined =>
    domains.find((domain) => host === domain || host === `${label}.${domain}`);
  const autoconfig: Document = {
    method: "GET",
    answer({ host }) {
      const domain = domainOf(host, ASKED_LABELS.autoconfig);
      return domain === undefined ? undefined : document("text/xml; charset=utf-8", autoconfigXml(services, domain));
    },
  };
  const profile: Document = {
    method: "GET",
    answer({ host, request }) {
      const address = addressIn(request.url ?? "", domains);
      const domain = address?.slice(address.lastIndexOf("@") + 1) ?? domainOf(host, "") ?? domains[0] ?? "";
      const text = mobileconfig({ services, domain, address });
      if (text === undefined) return undefined;
      const [now, chain] = [clock.now(), signer()];
      const octets = Buffer.from(text);
      return {
        ...document(
          "application/x-apple-aspen-config",
          (chain === undefined ? undefined : signedData(octets, chain, now)) ?? octets,
        ),
        headers: { "content-disposition": `attachment; filename="${domain}.mobileconfig"` },
      };
    },
  };
  return new Map<string, Document>([
    ["/mail/config-v1.1.xml", autoconfig],
    ["/.well-known/autoconfig/mail/config-v1.1.xml", autoconfig],
    [
      "/.well-known/user-agent-configuration.json",
      {
        method: "GET",
        answer: ({ host }) =>
          pacc === undefined || domainOf(host, ASKED_LABELS.pacc) === undefined
            ? undefined
            : document("application/json", pacc),
      },
    ],
    ["/autodiscover/autodiscover.xml", autodiscover({ services, domains, clock })],
    [PROFILE_PATH, profile],
  ]);
}

/** Outlook writes its path in several ways; all are one here. */
function autodiscover({
  services,
  domains,
  clock,
}: Pick<ClientSettingsOptions, "services" | "domains" | "clock">): Document {
  return {
    method: "POST",
    async answer({ request }) {
      const body = await readBody(request, MAX_REQUEST_BYTES);
      if (body === undefined) return plain(413, "A request for settings is shorter than this.");
      const parsed = parseAutodiscover(body, domains);
      const text =
        parsed.kind === "request"
          ? autodiscoverXml(services, parsed.address)
          : autodiscoverError(parsed.errorCode, clock.now());
      return document("text/xml; charset=utf-8", text);
    },
  };
}

/** The address that a profile is wanted for: one at a domain of ours, else none. */
function addressIn(url: string, domains: readonly string[]): string | undefined {
  const address = new URLSearchParams(url.split("?", 2)[1] ?? "").get("address") ?? "";
  const at = address.lastIndexOf("@");
  const isOurs = domains.includes(address.slice(at + 1)) && address.length <= MAX_ADDRESS;
  return isOurs && NAME.test(address.slice(0, at)) ? address : undefined;
}

const document = (type: string, body: string | Uint8Array): FoundAnswer => ({ code: 200, type, body });
const isRead = (method: string | undefined): boolean => method === "GET" || method === "HEAD";
const notAllowed = (method: "GET" | "POST"): FoundAnswer => ({
  ...plain(405, `Only ${method} is answered here.`),
  headers: { allow: method === "GET" ? "GET, HEAD" : "POST" },
});
const withFields = (answer: FoundAnswer): FoundAnswer => ({
  ...answer,
  headers: { "cache-control": "no-store", ...transportHeaders, ...answer.headers },
});
