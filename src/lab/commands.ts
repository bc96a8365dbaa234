/** The commands of the lab: the whole service on loopback for trying, testing and measuring, and a way to send to it. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Given, LocalCommand } from "../cli/command.ts";
import { text } from "../cli/command.ts";
import type { Exit } from "../cli/exit-code.ts";
import { settingsOf } from "../cli/session.ts";
import { UsageError } from "../cli/usage-error.ts";
import { isLoopback } from "../host/loopback.ts";
import { domainName, remoteAddress } from "../host/settings/values.ts";
import { recall } from "./lab-memory.ts";
import { type LabStart, runLab } from "./run-lab.ts";
import { type Demo, sendDemo } from "./send.ts";

export const labCommands: readonly LocalCommand[] = [
  {
    name: "lab",
    where: "here",
    summary: "Run the whole service on loopback, with demo accounts and an authority of its own",
    description:
      "Makes the home at the first start and finds its mail again at the next. Listens on 127.0.0.1, at the base port plus the number that the protocol has elsewhere: base port 20000 gives SMTP on 20025, IMAP on 20993, submission on 20465 and 20587, the website with the portal on 20443, and metrics on 20464. What leaves for the world is caught on 20026 by a server of the lab, shown here, and put into the mailbox of the account world at the domain. Backups go to two folders in the home, with the key that opens them beside: HOME/secret/age-key.txt. Accounts are u1, u2 and so on at the domain. The key lies beside the store: not for mail that matters.",
    arguments: [],
    options: [
      { name: "base-port", value: "N", summary: "default 20000, or as before" },
      { name: "accounts", value: "COUNT", summary: "default 2, or as before; missing ones are made" },
      { name: "password", value: "P", summary: "of every account; default: a fresh one, or as before" },
      { name: "domain", value: "D", summary: "default altmail.test, or as before" },
      { name: "workers", value: "N", summary: "worker processes; default: one a core" },
      { name: "no-site", summary: "serve no website: it starts sooner" },
      { name: "bounded", summary: "keep the bounds on connections from one address" },
      {
        name: "smarthost",
        value: "HOST:PORT",
        summary: "send there what leaves; default: the lab catches it",
      },
      { name: "boot-id", value: "ID", summary: "pretend that the kernel was booted as ID: for tests of power cuts" },
      { name: "quiet", summary: "print nothing when ready, nor what leaves" },
    ],
    examples: [
      "altmail lab --home var",
      "altmail lab --home /tmp/lab --base-port 31000 --accounts 100 --password secret-of-all",
    ],
    run: lab,
  },
  {
    name: "lab send",
    where: "here",
    summary: "Send a short message to an account of the running lab, or from one to anywhere, with TLS",
    arguments: [{ name: "address", summary: "such as u1@altmail.test" }],
    options: [
      {
        name: "as",
        value: "ADDRESS",
        summary: "an account of the lab that sends it, by submission; default: a stranger, by port 25",
      },
      { name: "subject", value: "TEXT", summary: "default: Hello from the lab" },
    ],
    examples: [
      "altmail lab send u1@altmail.test --home var",
      "altmail lab send someone@example.net --as u1@altmail.test --home var",
    ],
    run: send,
  },
];

async function lab(given: Given): Promise<Exit> {
  const home = text(given, "home");
  if (home === "") throw new UsageError("say where the lab lies: --home DIR");
  const start: LabStart = {
    home,
    basePort: whole(given, "base-port", 1, 60_000),
    accounts: whole(given, "accounts", 1, 1_000_000),
    workers: whole(given, "workers", 1, 256),
    password: given["password"] === undefined ? undefined : text(given, "password"),
    domain: domainOf(given),
    bootId: given["boot-id"] === undefined ? undefined : text(given, "boot-id"),
    bounded: given["bounded"] === true,
    site: given["no-site"] !== true,
    smarthost: smarthostOf(given),
    output: given["json"] === true ? "json" : given["quiet"] === true ? "none" : "page",
  };
  await runLab(start);
  return "done";
}

async function send(given: Given): Promise<Exit> {
  const subject = text(given, "subject") || "Hello from the lab";
  const reply = await sendDemo({ ...(await wayIn(given)), recipient: text(given, "address"), subject });
  process.stdout.write(`${reply}\n`);
  return reply.startsWith("250") ? "done" : "refused";
}

/** @throws UsageError */
async function wayIn(given: Given): Promise<Pick<Demo, "host" | "port" | "account">> {
  const { home, smtpListen, submissionListen } = await settingsOf(given);
  const address = text(given, "as");
  const [port] = address === "" ? smtpListen : submissionListen;
  if (port === undefined)
    throw new UsageError(`this home listens nowhere for ${address === "" ? "SMTP" : "submission"}`);
  if (address === "") return port;
  const memory = recall(home);
  if (memory === undefined) throw new UsageError("--as is for a lab, whose password is known; this home is none");
  const authority = readFileSync(join(home, "ca.pem"));
  return { ...port, account: { address, password: memory.password, authority } };
}

/** @throws UsageError */
function domainOf(given: Given): string | undefined {
  if (given["domain"] === undefined) return undefined;
  const domain = text(given, "domain").toLowerCase();
  if (!domainName.safeParse(domain).success)
    throw new UsageError("--domain takes a domain name, such as altmail.test; leave it out for that one");
  return domain;
}

/** An empty one, as of a shell's variable that is not set, must not open the lab to the internet. @throws UsageError */
function smarthostOf(given: Given): string | undefined {
  if (given["smarthost"] === undefined) return undefined;
  const smarthost = text(given, "smarthost");
  const address = remoteAddress.safeParse(smarthost).data;
  if (address === undefined)
    throw new UsageError(
      "--smarthost takes HOST:PORT, such as localhost:2525; leave it out, and the lab catches what leaves",
    );
  if (isIP(address.host) !== 0 && !isLoopback(address.host))
    throw new UsageError(
      "--smarthost takes an address of this machine alone: give the name of a host elsewhere, which its certificate can show",
    );
  return smarthost;
}

/** @throws UsageError */
function whole(given: Given, name: string, least: number, most: number): number | undefined {
  const value = given[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (typeof value !== "string" || !/^\d+$/.test(value) || number < least || number > most)
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}`);
  return number;
}
