/** The tables of `system.db` (src/store/sqlite/directory/schema.ts): account records, and what stays of closed ones. */
import { type DatabaseClass, forYears, livesAs } from "../classified.ts";

const account = livesAs("the account");

export const systemDb: DatabaseClass = {
  name: "system.db",
  tables: [
    { table: "account", what: "account records", promise: "D2", limit: account },
    { table: "address", what: "addresses of living accounts", promise: "D2", limit: account },
    {
      table: "preference",
      what: "what holders wish: after how many days Junk and Trash are emptied, and whether the filter learns",
      promise: "D2",
      limit: account,
    },
    { table: "forwarder", what: "domains that holders let pass mail on to them", promise: "D2", limit: account },
    { table: "recovery", what: "recovery addresses", promise: "A4", limit: account },
    {
      table: "second_step",
      what: "secrets of second steps, and how often codes were tried",
      promise: "D2",
      limit: account,
    },
    { table: "recovery_code", what: "marks of unused recovery codes", promise: "D2", limit: account },
    { table: "plan", what: "what an account's plan allows", promise: "D8", limit: account },
    { table: "app_password", what: "verifiers of app passwords", promise: "D7", limit: account },
    {
      table: "used_address",
      what: "keyed fingerprints of addresses of closed accounts: answer only whether one was taken",
      promise: "D2",
      limit: forYears("an address is never given to someone else"),
    },
    {
      table: "password_cost",
      what: "what the hash of a new password costs",
      promise: "D7",
      limit: livesAs("the installation"),
    },
    { table: "secret", what: "the key of these fingerprints", promise: "D2", limit: livesAs("the installation") },
  ],
};
