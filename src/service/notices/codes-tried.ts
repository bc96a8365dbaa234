/** Somebody with the right password tries codes of the second step; after so many, codes of the time wait for an hour. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type CodesTried = Extract<HolderNotice, { readonly kind: "codes-tried" }>;

export const codesTried: Telling<CodesTried> = {
  en: ({ at, until }, { contact, domain }) => ({
    subject: `Somebody tried to get into your account at ${domain}`,
    paragraphs: [
      "Hello,",
      `on ${dateWords(at, "en")} somebody who knows your password typed wrong codes at the second step of the log-in, many times. Nobody was let in.`,
      `What this means: until ${dateWords(until, "en")} we take no code of an app for your account; your recovery codes work at all times. Mail programs go on as before.`,
      `What you can do: if this was not you, change your password. You need nothing else, and nothing of yours was shown. Questions: ${contact}.`,
      domain,
    ],
  }),
  sv: ({ at, until }, { contact, domain }) => ({
    subject: `Någon försökte komma in i ditt konto hos ${domain}`,
    paragraphs: [
      "Hej!",
      `${dateWords(at, "sv")} skrev någon som kan ditt lösenord fel kod vid inloggningens andra steg, många gånger. Ingen har släppts in.`,
      `Vad det betyder: till ${dateWords(until, "sv")} tar vi inte emot någon kod från en app för ditt konto; dina återställningskoder fungerar hela tiden. E-postprogram fortsätter som förut.`,
      `Vad du kan göra: om det inte var du, byt lösenord. Mer behövs inte, och inget av ditt har visats. Frågor: ${contact}.`,
      domain,
    ],
  }),
};
