/** Settings as a file has them, for the tests of what is read out of one and what is refused. */
import assert from "node:assert/strict";
import { parseSettings } from "./read.ts";
import { SettingsError } from "./settings.ts";

/** What no file can leave out. */
export const LEAST = `host-name = "mail.example.org"
domains = ["Example.org", "example.net"]
operator = "root@example.net"

[tls]
certificate = "server.pem"
key = "/etc/server.key"
`;

/** A plan for so many cents a year. */
export const planText = (cents: number): string => `[[plan]]
name = "Letter"
price = "price_1"
cents = ${cents}
currency = "EUR"
every = "year"
quota = "2 GiB"
aliases = 5
messages-a-minute = 30
recipients-an-hour = 300
recipients-a-day = 1000
first-time-recipients-a-day = 200
`;

/** Says what is wrong with the text. */
export function refused(text: string): string {
  try {
    parseSettings(text, "/etc/altmail.toml");
  } catch (error) {
    assert.ok(error instanceof SettingsError);
    return error.message;
  }
  throw new assert.AssertionError({ message: "the settings were taken" });
}
