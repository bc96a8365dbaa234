/** Programs that a test needs: run when installed; missing, the test is skipped with a word, but fails in CI. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";

/** The path of an installed program; `undefined` after the test was told to skip. In CI a missing one fails the test. */
export function need(context: TestContext, ...names: readonly string[]): boolean {
  const missing = names.filter((name) => which(name) === undefined);
  if (missing.length === 0) return true;
  assert.ok(process.env["CI"] === undefined, `CI must install ${missing.join(", ")}`);
  context.skip(`not installed: ${missing.join(", ")}`);
  return false;
}

function which(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/sbin"];
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** Runs a program to its end; fulfils with its output, rejects with output and code when it fails. */
export function run(
  program: string,
  args: readonly string[],
  options: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string; readonly input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...options.env };
    const child = execFile(
      program,
      [...args],
      {
        encoding: "latin1",
        timeout: 120_000,
        maxBuffer: 1 << 26,
        env,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout + stderr);
        else reject(new Error(`${program} ${args.join(" ")}: ${error.message}\n${stdout}\n${stderr}`));
      },
    );
    // One that ends before it has read all is judged by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}
