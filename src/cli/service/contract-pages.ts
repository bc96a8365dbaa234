/**
 * What the letter that confirms a contract takes from the website: who the seller is, what plans are, and the terms, the text
 * that the pages of this start of the service show.
 */
import type { Settings } from "../../host/settings/settings.ts";
import { pathIn } from "../../servers/web/site/language.ts";
import { planCells } from "../../servers/web/site/plans.ts";
import { readPlainPage } from "../../servers/web/site/read-plain.ts";
import { words } from "../../servers/web/site/words.ts";
import type { ContractPages } from "../../service/billing/parts.ts";
import type { Language } from "../../store/directory.ts";
import { siteNameOf } from "./site-name.ts";
import { siteOptionsOf } from "./site-options.ts";

const TERMS = "/docs/terms";

/** Where nothing is sold, nobody may ask. @throws SiteError; HostError when there are no terms. */
export function contractPagesOf(settings: Settings): (language: Language) => ContractPages {
  if (settings.billingProvider === "none")
    return () => {
      throw new Error("nothing is sold here, and no contract is made");
    };
  const { name, origin } = siteNameOf(settings);
  const options = { ...siteOptionsOf(settings), origin };
  const pagesIn = (language: Language): ContractPages => {
    const values = options.values[language];
    return {
      seller: values.get("operator") ?? name,
      contact: values.get("contact") ?? settings.operator,
      phone: values.get("phone"),
      accountUrl: origin + pathIn(language, "/account/"),
      planLines(plan) {
        const shown = options.plans.find((one) => one.name === plan);
        // One that is not sold any more has nothing but its name.
        const cells = shown ? planCells(shown, language) : [{ head: words[language].plan, text: plan }];
        return cells.map(({ head, text }) => `${head}: ${text}`);
      },
      terms: readPlainPage(options, TERMS, language),
    };
  };
  const pages = { en: pagesIn("en"), sv: pagesIn("sv") };
  return (language) => pages[language];
}
