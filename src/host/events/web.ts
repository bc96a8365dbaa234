/** Events of HTTP. `web.request` is the access log of promise L1; `resource` is a route of ours, never the path as sent. */

export const webEvents = {
  "web.request": {
    level: "info",
    summary: "A request over HTTP was answered.",
    fields: {
      listener: "public string",
      address: "personal string",
      /** What the client says it is (RFC 9110 section 10.1.5). */
      client: "personal string",
      method: "public string",
      resource: "public string",
      code: "public number",
      /** Octets of the body. */
      bytes: "public number",
    },
  },
} as const;
