/** Starts the real service as a lab in a folder of its own, and ends it. Every system test and benchmark begins here. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));
const altmail = join(root, "bin/altmail");
const START_MS = 120_000;

export type LabOptions = {
  /** Default: a fresh folder, removed at the end. */
  readonly home?: string;
  readonly accounts?: number;
  readonly workers?: number;
  readonly basePort?: number;
  readonly domain?: string;
  readonly password?: string;
  /** A program and its arguments that run the service below them, such as strace. */
  readonly under?: readonly string[];
  /** With the website; it takes a moment to be made. Default: without. */
  readonly site?: boolean;
  /** Arguments for `altmail lab` beyond the usual. */
  readonly more?: readonly string[];
  /** Runs `altmail serve` with the home and the settings that lie there, which a lab would write anew. */
  readonly asItLies?: boolean;
};

export const DOMAIN = "example.test";
export const PASSWORD = "correct horse battery staple";

export class Lab implements AsyncDisposable {
  readonly home: string;
  readonly basePort: number;
  readonly child: ChildProcess;
  /** What the service wrote to stdout and stderr. */
  output: string = "";
  readonly #temporary: boolean;

  private constructor(home: string, basePort: number, child: ChildProcess, temporary: boolean) {
    this.home = home;
    this.basePort = basePort;
    this.child = child;
    this.#temporary = temporary;
  }

  get smtpPort(): number {
    return this.basePort + 25;
  }
  get imapPort(): number {
    return this.basePort + 993;
  }
  get webPort(): number {
    return this.basePort + 443;
  }
  /** The certificate of the lab's own authority, PEM. */
  get caFile(): string {
    return join(this.home, "ca.pem");
  }

  static async start(options: LabOptions = {}): Promise<Lab> {
    const home = options.home ?? mkdtempSync(join(tmpdir(), "altmail-lab-"));
    const basePort = options.basePort ?? (await freeBasePort());
    const { accounts = 4, workers = 2, password = PASSWORD, domain = DOMAIN } = options;
    const place = ["--home", home, "--base-port", String(basePort)];
    const people = ["--accounts", String(accounts), "--password", password, "--domain", domain];
    const lab = [
      "lab",
      ...place,
      ...people,
      "--workers",
      String(workers),
      "--json",
      ...(options.site === true ? [] : ["--no-site"]),
      ...(options.more ?? []),
    ];
    const own = options.asItLies === true ? ["serve", "--home", home, "--json"] : lab;
    const [program, ...before] = options.under ?? [];
    const args = program === undefined ? own : [...before, altmail, ...own];
    const child = spawn(program ?? altmail, args, { stdio: ["ignore", "pipe", "pipe"] });
    const started = new Lab(home, basePort, child, options.home === undefined);
    await started.#ready();
    return started;
  }

  /** Runs an operator's command against this home and returns its exit code and output. */
  command(...args: readonly string[]): {
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  } {
    const { status, stdout, stderr } = spawnSync(altmail, [...args, "--home", this.home], { encoding: "utf8" });
    return { code: status, stdout, stderr };
  }

  /** The same, and fulfils when it has ended: meanwhile this process goes on. */
  async commandBeside(
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    const child = spawn(altmail, [...args, "--home", this.home], { stdio: ["ignore", "pipe", "pipe"] });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close") as Promise<[number | null]>,
    ]);
    return { code, stdout, stderr };
  }

  /** Ends every process of the service at once, as when the machine is lost. */
  async kill(): Promise<void> {
    const { supervisor, workers } = this.pids();
    const exited = once(this.child, "exit");
    for (const pid of [supervisor, ...workers]) process.kill(pid, "SIGKILL");
    await exited;
  }

  /** Process ids: the supervisor first, then its workers. */
  pids(): { readonly supervisor: number; readonly workers: readonly number[] } {
    const [supervisor] = service(this.child.pid as number);
    if (supervisor === undefined) throw new Error("the service has no process");
    return { supervisor, workers: childrenOf(supervisor) };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, "exit");
    process.kill(service(this.child.pid as number)[0] as number, "SIGTERM");
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#temporary) rmSync(this.home, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    const { child } = this;
    const late = AbortSignal.timeout(START_MS);
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`the lab ${why}:\n${this.output}`));
      late.addEventListener("abort", () => fail(`was not ready within ${START_MS} ms`), { once: true });
      child.once("exit", (code, signal) => fail(`ended with ${code ?? signal}`));
      child.stderr?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
      child.stdout?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
        if (/^\{.*\}$/m.test(this.output)) resolve();
      });
    });
  }
}

/** The processes from `pid` down to the supervisor: `pid` may be a tracer or a shell that runs it. */
function service(pid: number): readonly number[] {
  const command = readFileSync(`/proc/${pid}/cmdline`, "latin1");
  if (command.includes("cli/main.ts")) return [pid];
  return childrenOf(pid).flatMap(service);
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

/** A base port whose service ports are free now. */
export async function freeBasePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 20_000 + Math.floor(Math.random() * 30_000);
    const free = await Promise.all([25, 26, 464, 465, 587, 993].map((port) => isFree(base + port)));
    if (free.every(Boolean)) return base;
  }
  throw new Error("found no free ports");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
