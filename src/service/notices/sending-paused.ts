/** Promise A8: sending is blocked first; the holder hears what still works and how to get it back. */
import { dateWords } from "./date-words.ts";
import type { Telling } from "./letter.ts";
import type { HolderNotice } from "./notices.ts";

type SendingPaused = Extract<HolderNotice, { readonly kind: "sending-paused" }>;

export const sendingPaused: Telling<SendingPaused> = {
  en: ({ at }, { contact, domain }) => ({
    subject: "Sending from your account is paused",
    paragraphs: [
      "Hello,",
      `since ${dateWords(at, "en")} nothing can be sent from your account. You can log in, read and receive mail as before, and nothing is lost.`,
      "What this means: there were signs that somebody else has your password or one of your app passwords, or that mail is sent from your account which others do not want. In such a case we stop sending first. It may be a mistake of ours; a person looks at it. The signs are counts, such as those of log-ins. If somebody had to look into your mail for this, you would get a notice of its own.",
      "What happens to your mail: what you sent before and is still on its way is held. It leaves by itself when sending goes on; what is held for ten days comes back to you. What you try to send from now on is refused, and not kept: leave it in your mail program, and send it when sending goes on.",
      "What you can do: if you think that somebody else may know your password, set a new one, and revoke the app passwords that you do not use. If you use Tor or a VPN, go on: that alone is never the reason.",
      `Answer this mail or write to ${contact} if you need to send soon, or if you know what happened. You get a notice when sending goes on.`,
      domain,
    ],
  }),
  sv: ({ at }, { contact, domain }) => ({
    subject: "Utskick från ditt konto är pausade",
    paragraphs: [
      "Hej!",
      `Sedan ${dateWords(at, "sv")} kan ingenting skickas från ditt konto. Du kan logga in, läsa och ta emot brev som vanligt, och ingenting går förlorat.`,
      "Vad det betyder: det fanns tecken på att någon annan har ditt lösenord eller något av dina applösenord, eller att brev skickas från ditt konto som andra inte vill ha. I sådana fall stoppar vi utskicken först. Det kan vara ett misstag från vår sida; en människa tittar på det. Tecknen är antal, till exempel av inloggningar. Om någon behövde titta i dina brev för detta skulle du få ett eget meddelande om det.",
      "Vad som händer med dina brev: det som du skickade tidigare och som ännu är på väg hålls kvar. Det går i väg av sig självt när utskicken är igång igen; det som har hållits kvar i tio dagar kommer tillbaka till dig. Det som du försöker skicka från och med nu avvisas och sparas inte: låt det ligga kvar i ditt e-postprogram och skicka det när utskicken är igång igen.",
      "Vad du kan göra: om du tror att någon annan kan ditt lösenord, sätt ett nytt och återkalla de applösenord som du inte använder. Om du använder Tor eller en VPN, fortsätt med det: det är aldrig ensamt skälet.",
      `Svara på det här brevet eller skriv till ${contact} om du behöver skicka något snart, eller om du vet vad som hände. Du får ett meddelande när utskicken är igång igen.`,
      domain,
    ],
  }),
};
