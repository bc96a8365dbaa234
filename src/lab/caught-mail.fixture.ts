/** Reads the mailbox of a lab's outside world, as a mail client does. */
import { ImapClient } from "../../test/clients/imap-client.ts";
import { worldOf } from "./lab-accounts.ts";

export type CaughtIn = { readonly imapPort: number; readonly domain: string; readonly password: string };

/** Waits until `count` messages were caught and returns all, octets as latin1. Waits as long as it takes. */
export async function caughtMail({ imapPort, domain, password }: CaughtIn, count: number): Promise<readonly string[]> {
  for (;;) {
    using imap = await ImapClient.open(imapPort, worldOf(domain), password);
    const selected = await imap.command("SELECT INBOX");
    const exists = Number(/^\* (\d+) EXISTS/m.exec(selected.join("\n"))?.[1]);
    if (exists >= count) {
      const rows = await imap.command("UID FETCH 1:* (BODY.PEEK[])");
      return rows.filter((row) => row.includes("FETCH")).map((row) => row.slice(row.indexOf("\n") + 1, -1));
    }
    const idle = await imap.idle();
    try {
      await idle.next();
    } catch {
      // It waits half a minute at most.
    }
  }
}

/** What the world got: without what the lab wrote on top when it took it back. */
export function asTheWorldGot(message: string): string {
  return /^X-Lab-Envelope-To: .*\r\n(?: .*\r\n)*([^]*)$/m.exec(message)?.[1] ?? "";
}
