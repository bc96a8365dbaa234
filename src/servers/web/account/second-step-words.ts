/** The words of two-step log-in, a language a table. */
import type { Language } from "../site/language.ts";

const en = {
  title: "Two-step log-in is off",
  titleOn: "Two-step log-in is on",
  lead: "With two-step log-in you type a code from an app on your device after the password. Who knows the password alone gets no further.",
  mailPrograms:
    "Before you turn it on: mail programs cannot ask for a code, so from then on they are let in with app passwords only. Those that use your account password now are logged out at once.",
  appPasswords: "Make app passwords for them",
  toAppPasswords: "App passwords for your mail programs",
  scanTitle: "1. Tell your app",
  scan: "Any app for one-time codes will do (TOTP, RFC 6238). Let it scan this picture.",
  picture: "QR code with the secret for your app; it stands below as text",
  byHand: "Or type this into the app:",
  turnOnTitle: "2. Show that it works",
  code: "Code",
  codeHint: "The six digits that your app shows now.",
  codeHintOn: "Six digits from your app, or one of your recovery codes.",
  turnOn: "Turn on two-step log-in",
  leadOn: "At log-in a code is asked for after the password. Mail programs are let in with app passwords only.",
  codesLeft: "Unused recovery codes",
  fewCodes: "Few recovery codes are left. Make new ones while you have the app.",
  newCodes: "Make new recovery codes",
  turnOff: "Turn it off",
  whatCodes:
    "New recovery codes take the place of the old ones. When it is turned off, mail programs may use your account password again; app passwords go on.",
  codesTitle: "Your recovery codes",
  codesLead:
    "Each of these codes opens the second step once, when your app is lost. You need one too when you have lost your password. Write them down, and keep them apart from the device.",
  codesOnce: "They are shown only this once. Nobody can look them up for you.",
  wait: "Too many wrong codes were typed. Codes of the app are taken again in an hour; a recovery code works now.",
  damaged: "The form was damaged. Scan the new picture, remove the old entry from your app, and send the form again.",
  done: { off: "Two-step log-in is off." },
};

export const secondStepWords: Readonly<Record<Language, typeof en>> = {
  en,
  sv: {
    title: "Tvåstegsinloggning är av",
    titleOn: "Tvåstegsinloggning är på",
    lead: "Med tvåstegsinloggning skriver du en kod från en app i din enhet efter lösenordet. Den som bara kan lösenordet kommer inte längre.",
    mailPrograms:
      "Innan du slår på den: e-postprogram kan inte fråga efter en kod, så från och med då släpps de in bara med applösenord. De som nu använder kontots lösenord loggas ut genast.",
    appPasswords: "Skapa applösenord åt dem",
    toAppPasswords: "Applösenord till dina e-postprogram",
    scanTitle: "1. Berätta för din app",
    scan: "Vilken app för engångskoder som helst duger (TOTP, RFC 6238). Låt den läsa av bilden.",
    picture: "QR-kod med hemligheten till din app; den står som text nedanför",
    byHand: "Eller skriv in det här i appen:",
    turnOnTitle: "2. Visa att det fungerar",
    code: "Kod",
    codeHint: "De sex siffror som din app visar nu.",
    codeHintOn: "Sex siffror från din app, eller en av dina återställningskoder.",
    turnOn: "Slå på tvåstegsinloggning",
    leadOn: "Vid inloggning frågas efter en kod efter lösenordet. E-postprogram släpps in bara med applösenord.",
    codesLeft: "Oanvända återställningskoder",
    fewCodes: "Det är få återställningskoder kvar. Skapa nya medan du har appen.",
    newCodes: "Skapa nya återställningskoder",
    turnOff: "Slå av den",
    whatCodes:
      "Nya återställningskoder ersätter de gamla. När den slås av får e-postprogram använda kontots lösenord igen; applösenord fortsätter att gälla.",
    codesTitle: "Dina återställningskoder",
    codesLead:
      "Var och en av koderna öppnar det andra steget en gång, när appen är borta. Du behöver en också när du har tappat bort lösenordet. Anteckna dem, och förvara dem inte med enheten.",
    codesOnce: "De visas bara den här gången. Ingen kan ta fram dem åt dig.",
    wait: "För många felaktiga koder har skrivits. Appens koder tas emot igen om en timme; en återställningskod fungerar nu.",
    damaged:
      "Formuläret var skadat. Läs av den nya bilden, ta bort den gamla posten ur appen och skicka formuläret igen.",
    done: { off: "Tvåstegsinloggning är av." },
  },
};
