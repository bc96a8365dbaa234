/** The words of the recovery address, a language a table. */
import type { Language } from "../site/language.ts";

const en = {
  title: "Recovery address",
  lead: "If you lose your password, we mail a link to this address, and to no other. It must be with another provider. We write to it only about the safety of your account and its end.",
  none: "You have no recovery address. If you lose your password, the account and its mail are lost: nobody can open it for you.",
  address: "Address",
  state: "State",
  verified: "confirmed",
  unverified: "not confirmed",
  notYet:
    "It does not count yet: open the mail that we sent there, follow its link within an hour, and press the button. If no mail came, give the address once more.",
  giveTitle: "Give an address",
  changeTitle: "Change the address",
  newAddress: "New recovery address",
  hint: "We mail a link there. An address that was confirmed before counts until the new one is confirmed, and is then told of the change.",
  give: "Mail the link",
  removeTitle: "Remove the address",
  removeLead:
    "Without one there is no way back after a lost password. One that was confirmed is told that it was removed.",
  remove: "Remove it",
  invalid: "This cannot be a recovery address: write an ordinary address of another provider, as name@domain.",
  same: "This is your recovery address already, and it is confirmed.",
  enough: "We have mailed several links already. Use the latest one, or wait an hour.",
  done: {
    mailed: "We have mailed a link to the address. Open it within an hour, and press the button there.",
    removed: "The recovery address is removed.",
  },
  confirmTitle: "Confirm this address?",
  confirmLead: (address: string): string =>
    `Somebody gave ${address} as the recovery address of an account. If that was you, press the button: from then on a link for a lost password goes there.`,
  confirm: "Confirm the address",
  confirmed: "The address is confirmed",
  confirmedSentence: "It is the recovery address from now on. You can close this page.",
};

export const recoveryWords: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Återställningsadress",
    lead: "Om du tappar bort lösenordet skickar vi en länk till den här adressen, och till ingen annan. Den måste vara hos en annan leverantör. Vi skriver dit bara om kontots säkerhet och om att det upphör.",
    none: "Du har ingen återställningsadress. Om du tappar bort lösenordet är kontot och dess brev förlorade: ingen kan öppna det åt dig.",
    address: "Adress",
    state: "Läge",
    verified: "bekräftad",
    unverified: "inte bekräftad",
    notYet:
      "Den räknas inte ännu: öppna brevet som vi skickade dit, följ länken inom en timme och tryck på knappen. Om inget brev kom, ange adressen en gång till.",
    giveTitle: "Ange en adress",
    changeTitle: "Byt adress",
    newAddress: "Ny återställningsadress",
    hint: "Vi skickar en länk dit. En adress som var bekräftad gäller tills den nya är bekräftad, och får då veta om bytet.",
    give: "Skicka länken",
    removeTitle: "Ta bort adressen",
    removeLead:
      "Utan en sådan finns ingen väg tillbaka när lösenordet är borta. En som var bekräftad får veta att den togs bort.",
    remove: "Ta bort den",
    invalid:
      "Det här kan inte vara en återställningsadress: skriv en vanlig adress hos en annan leverantör, som namn@domän.",
    same: "Det här är redan din återställningsadress, och den är bekräftad.",
    enough: "Vi har redan skickat flera länkar. Använd den senaste, eller vänta en timme.",
    done: {
      mailed: "Vi har skickat en länk till adressen. Öppna den inom en timme och tryck på knappen där.",
      removed: "Återställningsadressen är borttagen.",
    },
    confirmTitle: "Bekräfta adressen?",
    confirmLead: (address) =>
      `Någon har angett ${address} som återställningsadress till ett konto. Om det var du, tryck på knappen: från och med då går en länk för ett borttappat lösenord dit.`,
    confirm: "Bekräfta adressen",
    confirmed: "Adressen är bekräftad",
    confirmedSentence: "Den är återställningsadress från och med nu. Du kan stänga sidan.",
  },
};
