/** Finds the public corpora for the tests of this folder; without them those tests are skipped, but not in CI. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { env } from "node:process";

const root = resolve(import.meta.dirname, "../../..", env["ALTMAIL_TESTDATA"] ?? "../shared/testdata");

/** The options of a test that needs the corpora. */
export const needsCorpora: { readonly skip: string | false } = {
  skip: existsSync(root) || env["CI"] !== undefined ? false : `no corpora in ${root}; set ALTMAIL_TESTDATA`,
};

/** Paths below the corpora's folder of all files that end in one of `ends`. */
export function corpusFiles(folder: string, ends: readonly string[]): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => ends.some((end) => name.endsWith(end))).map((name) => join(folder, name));
}

export function corpusFile(path: string): Uint8Array {
  return readFileSync(join(root, path));
}

export function corpusText(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every mail of every corpus. */
export function corpusMails(): string[] {
  const ends = [".eml", ".msg", ".txt", ".raw"];
  return ["mime-stalwart", "mime-mimetools", "mime-enmime", "mime-mikel", "mime-postalsys", "mime-python"].flatMap(
    (folder) => corpusFiles(folder, ends).filter((name) => !/LICEN|NOTICE|README|_decoded/.test(name)),
  );
}

/** What tests write as a message: LF becomes CRLF, characters are octets. */
export function mail(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(/\r?\n/g, "\r\n"), "latin1");
}
