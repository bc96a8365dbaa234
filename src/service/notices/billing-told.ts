/** What billing tells (service/billing/letters.ts), as a notice among others. */
import { billingLetter } from "../billing/letters.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

export const billingTold: Telling<Extract<HolderNotice, { readonly kind: "billing" }>> = {
  en: ({ about }, sender) => billingLetter(about, "en", sender),
  sv: ({ about }, sender) => billingLetter(about, "sv", sender),
};
