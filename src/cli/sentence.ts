/** Tells what an operator must read from what is our bug: the former has a sentence, the latter only its kind. */
import { faultPlaces } from "../host/fault.ts";
import { HostError } from "../host/host-error.ts";
import { SettingsError } from "../host/settings/settings.ts";
import { CertificateError } from "../host/tls/certificate-error.ts";
import { PlaceError } from "../service/backup/place.ts";
import { StoreError } from "../store/store-error.ts";

/** @returns `undefined` for a bug, whose text could quote something personal. */
export function sentenceOf(error: unknown): string | undefined {
  const isForOperator =
    error instanceof HostError ||
    error instanceof SettingsError ||
    error instanceof CertificateError ||
    error instanceof PlaceError ||
    error instanceof StoreError;
  return isForOperator ? error.message : undefined;
}

/** What may be said of a bug anywhere: its class and the places in our program. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return `a fault of altmail (${typeof error})`;
  const code = "code" in error && typeof error.code === "string" ? ` ${error.code}` : "";
  return [`a fault of altmail (${error.name}${code}); please report these places:`, ...faultPlaces(error)].join("\n  ");
}
