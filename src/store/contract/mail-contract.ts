/**
 * What every `MailStore` must do. An implementation registers the whole suite with a way to open a fresh store; each case
 * ends with the store's own audit, before and after background work.
 */
import { changeCases } from "./change-cases.ts";
import { deliveryCases } from "./delivery-cases.ts";
import { flagCases } from "./flag-cases.ts";
import { mailboxCases } from "./mailbox-cases.ts";
import { messageCases } from "./message-cases.ts";
import { modelCases } from "./model-cases.ts";
import { caseRegister, type OpenMailStore } from "./mail-world.ts";
import { quotaCases } from "./quota-cases.ts";
import { storeCases } from "./store-cases.ts";

export function mailStoreContract(name: string, open: OpenMailStore): void {
  const register = caseRegister(name, open);
  storeCases(register);
  mailboxCases(register);
  messageCases(register);
  flagCases(register);
  changeCases(register);
  deliveryCases(register);
  quotaCases(register);
  modelCases(name, open);
}
