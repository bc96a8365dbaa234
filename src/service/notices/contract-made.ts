/** The letter that confirms a contract (service/billing/contract-letter.ts), as a notice among others. */
import { contractLetter } from "../billing/contract-letter.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

export const contractMade: Telling<Extract<HolderNotice, { readonly kind: "contract-made" }>> = {
  en: ({ facts }, sender) => contractLetter(facts, "en", sender),
  sv: ({ facts }, sender) => contractLetter(facts, "sv", sender),
};
