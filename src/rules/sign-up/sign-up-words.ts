/** Why a name or a password cannot be chosen, in the words of each language; every sentence says what to do. */
import { NAME_LENGTH, type NameRefusal } from "./address-rules.ts";
import type { WeakPassword } from "./common-passwords.ts";

type Words<K extends string> = Readonly<Record<"en" | "sv", Readonly<Record<K, string>>>>;

const { least, most } = NAME_LENGTH;

export const nameWords: Words<NameRefusal | "taken"> = {
  en: {
    empty: "Choose a name: the part of the address before the @ sign.",
    domain: "Give only the part before the @ sign; the rest is added.",
    short: `The name is too short: it needs at least ${least} characters.`,
    long: `The name is too long: it may have at most ${most} characters.`,
    signs:
      "The name may hold the letters a to z, digits, dots, hyphens and underscores, and nothing else: no accents, no plus sign, no spaces.",
    ends: "The name must begin and end with a letter or a digit.",
    doubled: "Two of dot, hyphen and underscore may not stand side by side: leave one out.",
    reserved: "This name is kept back, because mail from it would be taken for ours. Choose another one.",
    "own-name": "The name holds our own, and mail from it would be taken for ours. Choose another one.",
    taken: "This address is not free. Choose another name.",
  },
  sv: {
    empty: "Välj ett namn: delen av adressen före @-tecknet.",
    domain: "Ange bara delen före @-tecknet; resten läggs till.",
    short: `Namnet är för kort: det måste ha minst ${least} tecken.`,
    long: `Namnet är för långt: det får ha högst ${most} tecken.`,
    signs:
      "Namnet får innehålla bokstäverna a till z, siffror, punkt, bindestreck och understreck, inget annat: inga prickar eller accenter, inget plustecken, inga mellanslag.",
    ends: "Namnet måste börja och sluta med en bokstav eller en siffra.",
    doubled: "Två av punkt, bindestreck och understreck får inte stå intill varandra: ta bort det ena.",
    reserved: "Det här namnet delas inte ut, för brev från det skulle tas för våra. Välj ett annat.",
    "own-name": "Namnet innehåller vårt eget, och brev från det skulle tas för våra. Välj ett annat.",
    taken: "Adressen är inte ledig. Välj ett annat namn.",
  },
};

export const weakPasswordWords: Words<WeakPassword> = {
  en: {
    common:
      "Many people use this password, so it is among the first that are tried. Choose another: several words, say.",
    pattern: "The password is one sign or one row of signs over and over. Choose another: several words, say.",
    address: "The password is made of your address, so it is among the first that are tried. Choose another.",
    service: "The password is made of our name, so it is among the first that are tried. Choose another.",
  },
  sv: {
    common:
      "Många använder det här lösenordet, så det hör till de första som prövas. Välj ett annat, till exempel flera ord.",
    pattern: "Lösenordet är samma tecken eller samma rad av tecken om igen. Välj ett annat, till exempel flera ord.",
    address: "Lösenordet är gjort av din adress, så det hör till de första som prövas. Välj ett annat.",
    service: "Lösenordet är gjort av vårt namn, så det hör till de första som prövas. Välj ett annat.",
  },
};
