/** What a test of backups compares: all that an account shows over IMAP, and a machine that is lost and made anew. */
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { generateRoot } from "../../src/store/crypt/root.ts";
import { ImapClient } from "../clients/imap-client.ts";
import { PASSWORD } from "./lab.ts";

export type MailView = {
  readonly uid: number;
  /** Sorted. */
  readonly flags: readonly string[];
  readonly internalDate: string;
  readonly messageId: string;
  /** SHA-256 of the octets. */
  readonly digest: string;
};
export type FolderView = {
  readonly uidValidity: number;
  readonly isSubscribed: boolean;
  readonly mails: readonly MailView[];
};
/** By name of the mailbox. */
export type AccountView = Readonly<Record<string, FolderView>>;

export async function viewOf(port: number, user: string): Promise<AccountView> {
  const imap = await ImapClient.open(port, user, PASSWORD);
  const named = (rows: readonly string[]): readonly string[] =>
    rows.map((row) => /"\/" "?([^"]*)"?$/.exec(row)?.[1] ?? "").toSorted();
  const names = named(await imap.command('LIST "" *'));
  const subscribed = new Set(named(await imap.command('LSUB "" *')));
  const view: Record<string, FolderView> = {};
  for (const name of names) {
    const selected = (await imap.command(`EXAMINE "${name}"`)).join("\n");
    view[name] = {
      uidValidity: Number(/UIDVALIDITY (\d+)/.exec(selected)?.[1]),
      isSubscribed: subscribed.has(name),
      mails: await mailsOf(imap, Number(/^\* (\d+) EXISTS/m.exec(selected)?.[1])),
    };
  }
  await imap.logout();
  return view;
}

/** So many mails are in memory at once. */
const MAILS_A_FETCH = 50;

async function mailsOf(imap: ImapClient, count: number): Promise<readonly MailView[]> {
  const mails: MailView[] = [];
  for (let first = 1; first <= count; first += MAILS_A_FETCH) {
    const last = Math.min(count, first + MAILS_A_FETCH - 1);
    const rows = await imap.command(`FETCH ${first}:${last} (UID FLAGS INTERNALDATE BODY.PEEK[])`);
    // A clone, as parts of a text keep the whole of it alive.
    for (const row of rows) if (row.includes(" FETCH (")) mails.push(structuredClone(mailOf(row)));
  }
  return mails;
}

function mailOf(row: string): MailView {
  const body = /BODY\[\] \{(\d+)\}\r\n/.exec(row);
  if (body === null) throw new Error(`no body in ${row.slice(0, 200)}`);
  const octets = row.slice(body.index + body[0].length).slice(0, Number(body[1]));
  return {
    uid: Number(/UID (\d+)/.exec(row)?.[1]),
    flags: (/FLAGS \(([^)]*)\)/.exec(row)?.[1] ?? "").split(" ").filter(Boolean).toSorted(),
    internalDate: /INTERNALDATE "([^"]*)"/.exec(row)?.[1] ?? "",
    messageId: /^Message-ID: *(\S+)/im.exec(octets)?.[1] ?? "",
    digest: createHash("sha256").update(octets, "latin1").digest("hex"),
  };
}

/**
 * Loses the machine whose home lies at `home`: what is left are the two places, the settings and the TLS keys that an
 * operator has elsewhere, and the offline key, whose path is returned. The home is empty and has another root.
 */
export function loseHome(home: string, offline: string): string {
  const lost = join(offline, "lost");
  renameSync(home, lost);
  mkdirSync(join(home, "secret"), { recursive: true, mode: 0o700 });
  renameSync(join(lost, "backup"), join(home, "backup"));
  const identityFile = join(offline, "age-key.txt");
  cpSync(join(lost, "secret/age-key.txt"), identityFile);
  for (const kept of ["altmail.toml", "secret/age-key.txt", "secret/tls"])
    cpSync(join(lost, kept), join(home, kept), { recursive: true });
  generateRoot(join(home, "secret/root"));
  rmSync(lost, { recursive: true });
  return identityFile;
}
