/** The web server that publishes MTA-STS policies (RFC 8461 section 3.3) of the small internet, on port 443 of an address of its own: needs root. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { HostCertificate } from "./certificates.ts";

/** @param policies by domain */
export async function startPolicyHost(
  address: string,
  { certificate, key }: HostCertificate,
  policies: ReadonlyMap<string, string>,
): Promise<AsyncDisposable> {
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const policy = policies.get((request.headers.host ?? "").replace(/^mta-sts\./, ""));
    const isIt = policy !== undefined && request.url === "/.well-known/mta-sts.txt";
    response.writeHead(isIt ? 200 : 404, { "content-type": "text/plain" }).end(isIt ? policy : "");
  }).listen(443, address);
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
