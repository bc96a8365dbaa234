/** A service at the usual ports, for the tests of what mail programs are told and of what stands in the DNS for them. */
import type { MailServices } from "./mail-services.ts";

export const MAIL_SERVICES: MailServices = {
  name: "Exempelpost",
  hostName: "mail.example.org",
  imaps: 993,
  submissions: 465,
  submission: 587,
  documentation: "https://example.org/docs/settings",
};
