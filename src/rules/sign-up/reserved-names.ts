/**
 * Names that no holder gets, because mail from them would be taken for the service's own, or because mail to them proves
 * something: RFC 2142, the addresses that certificate authorities write to, names of systems, of staff and of payment, and
 * names that mail programs and other providers look for. In English and Swedish. What looks like one of them is one.
 */

const RESERVED: readonly string[] = [
  // RFC 2142 sections 3 to 6.
  "info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp",
  // Certificate authorities: CA/Browser Forum, Baseline Requirements, section 3.2.2.4.4; and what some took before.
  "admin administrator ssl ssladmin ssladministrator sslwebmaster sysadmin cert certs certificate certificates acme",
  "is it mis root",
  // Systems.
  "mailer-daemon daemon nobody system systems server servers host hostname localhost localdomain network operator",
  "operators cron backup backups bin sys adm lp sync games man proxy list lists www-data ntp sshd git monitor monitoring",
  "mailman majordomo listserv owner request subscribe unsubscribe bounce bounces mail mails email emails e-mail imap smtp",
  "submission managesieve sieve pop pop3 webmail mx ns dns mail-server mailserver relay queue spam ham junk virus trash",
  "noreply no-reply donotreply do-not-reply null void undefined none anonymous everyone everybody all all-users users user",
  "test tests testing example guest demo default public private internal api app apps web website portal status",
  // What reports are sent to, and what programs look up.
  "dmarc dmarc-reports dmarc-rua dmarc-ruf rua ruf tlsrpt tls-rpt tls-reports tls mta-sts dkim spf arc bimi fbl feedback",
  "autoconfig autodiscover well-known wpad isatap",
  // Staff.
  "staff team office help helpdesk help-desk service services customer-service customerservice customer-support",
  "customercare customer-care client-services contact contact-us hello-team moderator moderators owner ceo cto cfo ciso",
  "director management manager hr jobs career careers recruiting press media legal law lawyer police privacy dpo gdpr",
  "data-protection dataprotection compliance trust trust-and-safety safety cert-team csirt psirt incident incidents",
  "phishing fraud report reports complaint complaints copyright dmca transparency official verified",
  // Payment and access.
  "billing bill bills invoice invoices payment payments pay payer paying checkout refund refunds money bank accounting",
  "finance finances order orders subscription subscriptions purchase price prices stripe paypal klarna swish visa mastercard",
  "account accounts my-account login log-in logon sign-in signin signup sign-up register registration password passwords",
  "passwd recovery recover reset verify verification confirm confirmation activate activation code codes token auth",
  "authentication authenticator two-factor 2fa otp totp alert alerts notice notices notification notifications update updates",
  "upgrade welcome announce announcement announcements newsletter",
  // Swedish.
  "kundtjanst kundservice kontakt hjalp support-team ledning chef personal administration drift driften faktura fakturor",
  "betalning betalningar ekonomi bokforing konto konton losenord inloggning sakerhet integritet dataskydd personuppgifter",
  "dataskyddsombud polis polisen myndighet skatteverket press-kontakt jurist klagomal avbetalning aterbetalning bankid",
].flatMap((line) => line.split(" "));

/** Names that pass for one another have one skeleton: signs left out or added, 0 and o, 1 and l and i, rn and m, vv and w. */
export function skeletonOf(name: string): string {
  return name
    .replace(/[^a-z0-9]/g, "")
    .replaceAll("0", "o")
    .replace(/[1l]/g, "i")
    .replaceAll("rn", "m")
    .replaceAll("vv", "w");
}

const SKELETONS: ReadonlySet<string> = new Set(RESERVED.map(skeletonOf));

/** True for a reserved name, for one that looks like it, and for several of them put together: `billing-support`. */
export function isReserved(name: string): boolean {
  if (SKELETONS.has(skeletonOf(name))) return true;
  return name.split(/[._-]/).every((part) => SKELETONS.has(skeletonOf(part)));
}
