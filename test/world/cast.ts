/** Who lives in the world of tests: accounts u1 to u4 with one password, an alias of u1, and the mail that is there before a test begins. */
import { createPasswordHasher } from "../../src/service/accounts/password.ts";
import type { Account, Directory } from "../../src/store/directory.ts";
import { type AccountId, accountId } from "../../src/store/ids.ts";
import type { MailStore, NewMail } from "../../src/store/mail-store.ts";
import { parseMessage } from "../../src/syntax/message/parse.ts";

export const HOST = "mx.example.test";
export const DOMAIN = "example.test";
export const PASSWORD = "secret";
export const NAMES: readonly string[] = ["u1", "u2", "u3", "u4"];
const QUOTA_BYTES = 100 * 1024 * 1024;

export const idOf = (name: string): AccountId => accountId(name.slice(1).padStart(32, "0"));

/** Cheap and made once: what argon2id costs is measured elsewhere. */
const hasher = createPasswordHasher({ cost: { memoryKiB: 8, passes: 1, lanes: 1 } });
const passwordHash: Promise<string | undefined> = hasher.hash(PASSWORD);

export async function settleIn(directory: Directory, mail: MailStore, now: number): Promise<void> {
  const hash = (await passwordHash) ?? "";
  const accounts = NAMES.map(
    (name): Account => ({
      id: idOf(name),
      primary: `${name}@${DOMAIN}`,
      state: "active",
      language: "en",
      quotaBytes: QUOTA_BYTES,
      createdAt: now,
      passwordHash: hash,
    }),
  );
  await directory.add(accounts);
  await directory.addAlias(idOf("u1"), `alias@${DOMAIN}`);
  for (const name of NAMES) await mail.create(idOf(name), { quotaBytes: QUOTA_BYTES });
}

/** Message `n`, small, from alice@example.net to u1; each is a second younger than the one before. */
export function message(n: number, now: number): NewMail {
  const text = [
    "From: Alice <alice@example.net>",
    `To: u1@${DOMAIN}`,
    `Subject: message ${n}`,
    `Date: Mon, 1 Jun 2026 12:00:${String(n % 60).padStart(2, "0")} +0000`,
    `Message-ID: <${n}@example.net>`,
    "",
    `This is message ${n}.`,
    "",
  ].join("\r\n");
  return mailOf(text, now);
}

/** A mail with these octets, unread. */
export function mailOf(text: string, now: number): NewMail {
  const bytes = new Uint8Array(Buffer.from(text, "latin1"));
  return {
    content: {
      size: bytes.length,
      bytes,
      async *pieces() {
        yield bytes;
      },
    },
    derived: parseMessage(bytes),
    flags: { system: 0, keywords: [] },
    internalDate: now,
    zoneMinutes: 0,
  };
}
