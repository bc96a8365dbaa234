/** The settings of the website with its portal, and of payments. */
import { oneOf } from "./arriving-values.ts";
import type { RowsOf } from "./row.ts";
import type { Settings } from "./settings.ts";
import { httpsOrigin, paymentsOrigin, plans, shortText, siteValues } from "./site-values.ts";
import { mailAddress, orNone, path, whole, yesOrNo } from "./values.ts";

type Site = Extract<keyof Settings, `site${string}` | `billing${string}`>;

/** Stripe keeps a page to pay for half an hour to a day, by its own clock: room for clocks that differ, and for the way there. */
const LEAST_CHECKOUT_MINUTES = 35;
const MOST_CHECKOUT_MINUTES = 1430;
/** Promise M2: who loses something was told a week before. */
const LEAST_NOTICE_DAYS = 7;

export const siteRows: RowsOf<Site> = {
  siteServe: {
    name: "site.serve",
    form: () => yesOrNo,
    unit: "true or false",
    otherwise: "false",
    example: "true",
    sentence:
      "Whether the public pages and the portal are served where `web.listen` says; without it there are the MTA-STS policy, the statement on retention and `/health` alone. Pages need the operator's values: `site/README.md`.",
  },
  siteName: {
    name: "site.name",
    form: () => orNone(shortText),
    unit: "text",
    otherwise: '""',
    example: '"Exempelpost"',
    sentence: "What the service is called; without it the first domain.",
  },
  siteOrigin: {
    name: "site.origin",
    form: () => orNone(httpsOrigin),
    unit: "https address",
    otherwise: '""',
    example: '"https://example.org"',
    sentence:
      "Where browsers find the website, for links in letters and for the way back from paying; without it the first domain at port 443. The certificate must hold its name, which is `host-name` or one of the domains.",
  },
  siteContact: {
    name: "site.contact",
    form: () => orNone(mailAddress),
    unit: "address",
    otherwise: '""',
    example: '"help@example.org"',
    sentence: "The address for questions that pages show; without it that of the operator.",
  },
  siteAbuse: {
    name: "site.abuse",
    form: () => orNone(mailAddress),
    unit: "address",
    otherwise: '""',
    example: '"abuse@example.org"',
    sentence: "The address for complaints that pages show; without it abuse at the first domain.",
  },
  sitePages: {
    name: "site.pages",
    form: (folder) => orNone(path(folder)),
    unit: "path",
    otherwise: '""',
    example: '"/etc/altmail/site"',
    sentence: "A folder with pages of your own, `en` and `sv`, in the place of this program's.",
  },
  siteValues: {
    name: "site.values",
    form: () => siteValues,
    unit: "texts with name",
    otherwise: "[]",
    example: '["phone = +46 8 000 00 00", "jurisdiction.en = Sweden", "jurisdiction.sv = Sverige"]',
    sentence:
      "Texts for the places in the pages, each as `name = text`, or `name.en` and `name.sv` where the languages differ; `site/README.md` has all of them. One that is missing stops the start, with file and line.",
  },
  billingProvider: {
    name: "billing.provider",
    form: () => oneOf("none", "stripe"),
    unit: "name",
    otherwise: '"none"',
    example: '"stripe"',
    sentence:
      "Who takes the money: none (accounts are made by commands and by invitation codes, `altmail invite`) or stripe.",
  },
  billingServer: {
    name: "billing.server",
    form: () => paymentsOrigin,
    unit: "https address",
    otherwise: '"https://api.stripe.com"',
    example: '"https://api.stripe.com"',
    sentence:
      "Where Stripe's API is asked: another one only for trials and behind a gateway of your own, for whoever answers there gets the key. Plain http is refused but for this machine.",
  },
  billingKeyFile: {
    name: "billing.key-file",
    form: (folder) => orNone(path(folder)),
    unit: "path",
    otherwise: '""',
    example: '"/etc/altmail/stripe.key"',
    sentence: "A file with the restricted key of Stripe's API, for the service's user alone.",
  },
  billingWebhookSecretFile: {
    name: "billing.webhook-secret-file",
    form: (folder) => orNone(path(folder)),
    unit: "path",
    otherwise: '""',
    example: '"/etc/altmail/stripe-webhook.secret"',
    sentence: "A file with the secret by which Stripe signs its webhooks, for the service's user alone.",
  },
  billingNotSendingDays: {
    name: "billing.not-sending-days",
    form: () => whole(LEAST_NOTICE_DAYS, 365),
    unit: "days",
    otherwise: "30",
    example: "30",
    sentence: "For how long an account that is not paid for reads and receives, and does not send.",
  },
  billingReadingOnlyDays: {
    name: "billing.reading-only-days",
    form: () => whole(LEAST_NOTICE_DAYS, 365),
    unit: "days",
    otherwise: "30",
    example: "30",
    sentence: "For how long after that it can only be read; then it is closed.",
  },
  billingLaterDays: {
    name: "billing.later-days",
    form: () => whole(0, 365),
    unit: "days",
    otherwise: "14",
    example: "14",
    sentence: "For how many of these days mail is deferred, before it is refused.",
  },
  billingNoticeDays: {
    name: "billing.notice-days",
    form: () => whole(LEAST_NOTICE_DAYS, 60),
    unit: "days",
    otherwise: "7",
    example: "7",
    sentence: "How long before each of these steps its holder is told.",
  },
  billingCheckoutMinutes: {
    name: "billing.checkout-minutes",
    form: () => whole(LEAST_CHECKOUT_MINUTES, MOST_CHECKOUT_MINUTES),
    unit: "minutes",
    otherwise: "120",
    example: "120",
    sentence: "How long somebody who signs up has for paying; an hour longer the name is kept.",
  },
  billingAutomaticTax: {
    name: "billing.automatic-tax",
    form: () => yesOrNo,
    unit: "true or false",
    otherwise: "false",
    example: "true",
    sentence:
      "Whether Stripe Tax computes the tax of each payment. It must be set up at Stripe first, and the prices there include tax, as pages say; Stripe then asks buyers where they live.",
  },
};

export const planRows: RowsOf<"plans"> = {
  plans: {
    name: "plan",
    form: () => plans,
    unit: "tables",
    otherwise: "[]",
    example: "[]",
    sentence: "What can be bought: a table `[[plan]]` each, at the end of the file (docs/operating.md, Payments).",
  },
};
