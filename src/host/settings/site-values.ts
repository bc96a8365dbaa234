/** The forms of values that the website and payments take: texts for pages, an origin, plans. */
import { isIP } from "node:net";
import { z } from "zod";
import type { PlanSettings, SiteValue } from "./settings.ts";
import { isLoopback } from "../loopback.ts";
import { octets, whole } from "./values.ts";

const NAME = "must be a text in quotes, of at most 60 signs";

/** A line that stands in pages and in letters. */
export const shortText: z.ZodType<string> = z.string(NAME).trim().min(1, NAME).max(60, NAME);

const ORIGIN = 'must be "" or the beginning of an address: "https://example.org", without a slash at its end';

export const httpsOrigin: z.ZodType<string> = z
  .string(ORIGIN)
  .refine((text) => text.startsWith("https://") && URL.parse(text)?.origin === text, ORIGIN);

const PAYMENTS =
  'must be the beginning of an address, "https://api.stripe.com", without a slash at its end; http:// only with 127.0.0.1 or [::1], for the key must not cross a network in the clear';

/** Where the house that takes the money is asked. */
export const paymentsOrigin: z.ZodType<string> = z.string(PAYMENTS).refine((text) => {
  const url = URL.parse(text);
  if (url === null || url.origin !== text) return false;
  if (url.protocol === "https:") return true;
  const address = url.hostname.replace(/^\[|\]$/g, "");
  return url.protocol === "http:" && isIP(address) !== 0 && isLoopback(address);
}, PAYMENTS);

const VALUE = /^([A-Za-z][A-Za-z0-9]*)(?:\.(en|sv))? *= *(\S.*)$/s;
const VALUES = 'must be a list of texts, each with its name: ["phone = +46 8 000 00 00", "operator.sv = Exempel AB"]';

/** For places in the pages (site/README.md). */
export const siteValues: z.ZodType<readonly SiteValue[]> = z.array(
  z
    .string(VALUES)
    .regex(VALUE, VALUES)
    .transform((line): SiteValue => {
      const [, name = "", language, text = ""] = VALUE.exec(line) ?? [];
      return { name, ...(language === "en" || language === "sv" ? { language } : {}), text };
    }),
  VALUES,
);

const PLAN =
  "must be tables [[plan]] with name, price (Stripe's id), cents, currency, every, quota, aliases and sending limits: see docs/operating.md";
const MOST = 1_000_000;

/** Tables of their own: `[[plan]]`. */
export const plans: z.ZodType<readonly PlanSettings[]> = z.array(
  z
    .strictObject(
      {
        name: shortText,
        price: z.string(PLAN).regex(/^price_[A-Za-z0-9_]{1,80}$/, "needs a price of Stripe's in every plan: price_..."),
        cents: whole(1, 100_000_000),
        currency: z.string(PLAN).regex(/^[A-Z]{3}$/, 'needs a currency of three letters in every plan: "EUR"'),
        every: z.enum(["month", "year"], 'needs every = "month" or "year" in every plan'),
        quota: octets("1 MiB", "100000 GiB"),
        aliases: whole(0, 1000),
        "messages-a-minute": whole(1, MOST),
        "recipients-an-hour": whole(1, MOST),
        "recipients-a-day": whole(1, MOST),
        "first-time-recipients-a-day": whole(1, MOST),
      },
      PLAN,
    )
    .transform(
      ({ name, price, cents, currency, every, quota: quotaBytes, aliases, ...sending }): PlanSettings => ({
        name,
        price,
        cents,
        currency,
        every,
        quotaBytes,
        aliases,
        sending: {
          messagesAMinute: sending["messages-a-minute"],
          recipientsAnHour: sending["recipients-an-hour"],
          recipientsADay: sending["recipients-a-day"],
          firstsADay: sending["first-time-recipients-a-day"],
        },
      }),
    ),
  PLAN,
);
