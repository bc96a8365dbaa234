/**
 * The fields that tell a browser what a page may do: nothing but show itself with our style, and send forms to us. What is
 * not named (scripts, frames, fonts, connections) comes from nowhere, so no page can make a browser ask a third party.
 */

/** `"own script"`: the page has one script, served by us. */
export type Policy = "no script" | "own script";

/** Two years, as lists of browsers ask. Not for names below ours: they may be other machines. */
const HSTS = "max-age=63072000";

const DIRECTIVES = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

const contentPolicy = (policy: Policy): string =>
  [...DIRECTIVES, ...(policy === "own script" ? ["script-src 'self'"] : [])].join("; ");

/** For everything served over TLS. */
export const transportHeaders: Readonly<Record<string, string>> = {
  "strict-transport-security": HSTS,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
};

/** For a page beside those. */
export function pageHeaders(policy: Policy): Readonly<Record<string, string>> {
  return {
    ...transportHeaders,
    "content-security-policy": contentPolicy(policy),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "permissions-policy":
      "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=(), interest-cohort=()",
    "x-frame-options": "DENY",
  };
}
