/** What went wrong at Stripe, as one word: its messages quote what they are about, so none is ever kept. */
import type { Failure, Missing } from "../../service/billing/payments.ts";

type Fault = { readonly type?: unknown; readonly code?: unknown; readonly statusCode?: unknown };

/** @throws what is no answer of Stripe and no fault of the network: a bug of ours. */
export function failureOf(error: unknown): Failure {
  const { type, statusCode } = faultOf(error);
  switch (type) {
    case "StripeCardError":
      return { kind: "failed", why: "declined" };
    case "StripeRateLimitError":
      return { kind: "failed", why: "limited" };
    case "StripeConnectionError":
    case "StripeAPIError":
      return { kind: "failed", why: "unreachable" };
    case "StripeInvalidRequestError":
    case "StripeAuthenticationError":
    case "StripePermissionError":
    case "StripeIdempotencyError":
      return { kind: "failed", why: statusCode === 429 ? "limited" : "refused" };
    default:
      throw error;
  }
}

/** Undefined: it failed otherwise. */
export function missingOf(error: unknown): Missing | undefined {
  const { code, statusCode } = faultOf(error);
  return statusCode === 404 || code === "resource_missing" ? { kind: "missing" } : undefined;
}

export function codeOf(error: unknown): string | undefined {
  const { code } = faultOf(error);
  return typeof code === "string" ? code : undefined;
}

function faultOf(error: unknown): Fault {
  return typeof error === "object" && error !== null ? error : {};
}
