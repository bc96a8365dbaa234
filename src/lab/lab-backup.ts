/**
 * The backups of a lab: two folders in its home for the two places, and an offline key that is not offline at all. So
 * every command on backups can be tried at once; a copy of the home opens them.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HostError } from "../host/host-error.ts";

export type LabBackup = {
  /** What opens the sets, as `--identity` takes it. */
  readonly identityFile: string;
  /** Its public half. */
  readonly recipient: string;
};

/** The places, as the settings of a lab name them. */
export const LAB_TARGET = "backup/target";
export const LAB_ESCROW = "backup/escrow";

/** As age-keygen writes it. */
const PUBLIC_HALF = /^# public key: (age1[a-z0-9]+)$/m;

/** Makes what is missing. @throws HostError when the key file was changed beyond use. */
export async function openLabBackup(home: string, secretFolder: string): Promise<LabBackup> {
  for (const place of [LAB_TARGET, LAB_ESCROW]) mkdirSync(join(home, place), { recursive: true, mode: 0o700 });
  const identityFile = join(secretFolder, "age-key.txt");
  const text = read(identityFile) ?? (await makeIdentity(identityFile));
  const recipient = PUBLIC_HALF.exec(text)?.[1];
  if (recipient === undefined)
    throw new HostError(
      `${identityFile} has no line "# public key: age1...": put it back, or take it away for a new key`,
    );
  return { identityFile, recipient };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Loads age only here: at each further start its text is enough. */
async function makeIdentity(file: string): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const text = `# public key: ${await identityToRecipient(identity)}\n${identity}\n`;
  writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  return text;
}
