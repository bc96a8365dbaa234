/**
 * The real service, all of its processes, selling accounts: the fake Stripe is at the other end of `billing.server`, a mail
 * host of somebody else takes what goes out, and the clock of all is a hand that tests move.
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/host/clock.ts";
import { DOMAIN, freeBasePort, Lab } from "../../system/lab.ts";
import { filledIn, type Shown } from "../../system/portal-visitor.ts";
import { ClockHand } from "../../system/world/clock-hand.ts";
import { MailHost } from "../../system/world/mail-host.ts";
import { until } from "../../system/world/until.ts";
import { ImapClient } from "../../clients/imap-client.ts";
import { SmtpClient } from "../../clients/smtp-client.ts";
import { SubmissionClient } from "../../system/world/submission-client.ts";
import type { FakeSubscription } from "./things.ts";
import { type FakeStripe, openFakeStripe, STRIPE_KEY } from "./fake-stripe.ts";
import { type FakeEvent, signature } from "./ledger.ts";

const WEBHOOK_SECRET = "whsec_of_a_lab";
export const BUYER_AGENT = "libwww-of-the-buyer/7";
/** From where buyers come, among the addresses of this machine. */
export const BUYER_ADDRESS = "127.44.55.66";
export const HOLDER_PASSWORD = "eleven brown hens in the rain";

/** Small enough to be filled; a minute's limit that is met at once. */
const PLANS = `
[[plan]]
name = "small"
price = "price_small"
cents = 1200
currency = "EUR"
every = "year"
quota = "1 MiB"
aliases = 1
messages-a-minute = 2
recipients-an-hour = 100
recipients-a-day = 200
first-time-recipients-a-day = 100

[[plan]]
name = "large"
price = "price_large"
cents = 3600
currency = "EUR"
every = "year"
quota = "20 MiB"
aliases = 5
messages-a-minute = 50
recipients-an-hour = 1000
recipients-a-day = 2000
first-time-recipients-a-day = 1000
`;

/** A browser without script, with one cookie. */
export class Buyer {
  readonly #port: number;
  #cookie = "";

  constructor(port: number) {
    this.#port = port;
  }

  async ask(path: string, body?: string): Promise<Shown> {
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await asked(this.#port, path, body, {
      "user-agent": `Lynx/2.9.2 ${BUYER_AGENT}`,
      ...(this.#cookie === "" ? {} : { cookie: this.#cookie }),
      ...(body === undefined ? {} : type),
    });
    if (answer.cookie !== undefined) this.#cookie = answer.cookie;
    return answer;
  }

  /** Fills in the form at `path` of a page that was shown, and sends it. */
  async send(page: Shown, path: string, typed: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.ask(path, filledIn(page, path, typed));
  }

  /** Opens the page at `path`, fills its form in and sends it. */
  async fill(path: string, typed: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.send(await this.ask(path), path, typed);
  }

  /** What the first step says of a name. */
  name(name: string): Promise<Shown> {
    return this.fill("/account/sign-up", { name });
  }

  async logIn(name: string): Promise<void> {
    const inside = await this.fill("/account/log-in", { name: `${name}@${DOMAIN}`, password: HOLDER_PASSWORD });
    assert.deepEqual([inside.code, inside.location], [303, "/account/"], inside.body);
  }
}

export type Ordered = {
  readonly buyer: Buyer;
  /** The page that a browser comes back to. */
  readonly path: string;
  readonly session: string;
};

export class SellingLab implements AsyncDisposable {
  readonly home: string;
  readonly basePort: number;
  readonly hand: ClockHand;
  readonly fake: FakeStripe;
  /** Takes all mail to the world. */
  readonly world: MailHost;
  #lab: Lab;

  private constructor(made: Pick<SellingLab, "home" | "basePort" | "hand" | "fake" | "world">, lab: Lab) {
    this.home = made.home;
    this.basePort = made.basePort;
    this.hand = made.hand;
    this.fake = made.fake;
    this.world = made.world;
    this.#lab = lab;
  }

  static async start(): Promise<SellingLab> {
    const hand = new ClockHand();
    const fake = await openFakeStripe({ ...systemClock, now: () => hand.now() });
    const home = mkdtempSync(join(tmpdir(), "altmail-selling-"));
    const basePort = await freeBasePort();
    const worldPort = basePort + 26;
    await Lab.start({ home, basePort, accounts: 1, workers: 1, site: true }).then((lab) => lab.stop());
    const world = await MailHost.listen("world.test", "127.0.0.1", worldPort, {});
    const settings = join(home, "altmail.toml");
    const text = readFileSync(settings, "utf8")
      .replace(/^workers = .*$/m, "workers = 2")
      .replace(/^origin = .*$/m, `origin = "https://${DOMAIN}:${basePort + 443}"`)
      .replace(/^smarthost = .*$/m, `smarthost = "127.0.0.1:${worldPort}"`);
    const billing = `
[billing]
provider = "stripe"
server = "${fake.server}"
key-file = "secret/stripe.key"
webhook-secret-file = "secret/webhook.secret"
`;
    writeFileSync(settings, `${text}${billing}${PLANS}`);
    writeFileSync(join(home, "secret/stripe.key"), `${STRIPE_KEY}\n`);
    writeFileSync(join(home, "secret/webhook.secret"), `${WEBHOOK_SECRET}\n`);
    const made = { home, basePort, hand, fake, world };
    return new SellingLab(made, await Lab.start({ home, basePort, under: hand.under, asItLies: true }));
  }

  get lab(): Lab {
    return this.#lab;
  }

  get origin(): string {
    return `https://${DOMAIN}:${this.#lab.webPort}`;
  }

  /** Kills every process at once and starts anew. */
  async crash(): Promise<void> {
    await this.#lab.kill();
    await this.#serve();
  }

  /** Looks at the home while nothing runs. */
  async atRest<T>(look: (home: string) => T): Promise<T> {
    await this.#lab.stop();
    const seen = look(this.home);
    await this.#serve();
    return seen;
  }

  /** Lets a night pass: stops, and starts just before the service's nightly round. */
  async night(days: number): Promise<void> {
    await this.#lab.stop();
    const at = this.hand.now() + days * DAY_MS;
    const round = Math.ceil((at - ROUND_AT_MS) / DAY_MS) * DAY_MS + ROUND_AT_MS;
    // The hand moves by whole minutes: it stands up to two of them before the round.
    this.hand.forward(Math.ceil((round - LEAD_MS - this.hand.now()) / MINUTE_MS) * MINUTE_MS);
    await this.#serve();
    await until("the round has begun", () => this.hand.now() > round + SECOND_MS, 2 * LEAD_MS);
  }

  async #serve(): Promise<void> {
    const { home, basePort, hand } = this;
    this.#lab = await Lab.start({ home, basePort, under: hand.under, asItLies: true });
  }

  /** Moves the time, and fulfils when every process has seen it. */
  async later(ms: number): Promise<void> {
    this.hand.forward(ms);
    const seen = performance.now() + CLOCK_SEEN_MS;
    await until("the service looks at its clock", () => performance.now() > seen);
  }

  buyer(): Buyer {
    return new Buyer(this.#lab.webPort);
  }

  /** Signs up as far as the page with the link to Stripe. */
  async order(name: string, options: { readonly plan?: string; readonly recovery?: string } = {}): Promise<Ordered> {
    const { plan = "small", recovery = "" } = options;
    const buyer = this.buyer();
    const free = await buyer.name(name);
    assert.equal(free.code, 200, free.body);
    const ordered = await buyer.send(free, "/account/sign-up", {
      name,
      password: HOLDER_PASSWORD,
      again: HOLDER_PASSWORD,
      recovery,
      plan,
      terms: "yes",
      begin: "yes",
    });
    assert.equal(ordered.code, 303, ordered.body);
    const page = await buyer.ask(ordered.location);
    const [, url = ""] = /<a href="(https:[^"]+)"><strong>/.exec(page.body) ?? assert.fail(page.body);
    return { buyer, path: ordered.location, session: url.slice(url.lastIndexOf("/") + 1) };
  }

  /** An account that is open and paid for by card. */
  async holder(name: string, options: { readonly plan?: string; readonly recovery?: string } = {}): Promise<Buyer> {
    const { buyer, path, session } = await this.order(name, options);
    this.fake.ledger.pay(session, "card");
    await this.tellAll();
    await isOpen(buyer, path);
    await buyer.logIn(name);
    return buyer;
  }

  /** Sends a webhook as Stripe does; fulfils with the code of the answer. */
  async tell(event: FakeEvent, secret: string = WEBHOOK_SECRET): Promise<number> {
    const headers = {
      "content-type": "application/json",
      "stripe-signature": signature(event.body, secret, this.hand.now()),
    };
    return (await asked(this.#lab.webPort, "/webhooks/stripe", event.body, headers)).code;
  }

  /** Sends all that wait, in order, each until it is taken. */
  async tellAll(): Promise<void> {
    this.fake.ledger.turn();
    for (const event of this.fake.ledger.events.splice(0))
      await until(`${event.type} is taken`, async () => (await this.tell(event)) === 200);
  }

  /** Follows the link in the letter by which a recovery address is confirmed. */
  async confirm(buyer: Buyer, address: string): Promise<void> {
    const letter = await this.mailTo(address, "/account/link/");
    const [, path = ""] = /https:\/\/[^/]+(\/account\/link\/[A-Za-z0-9_/-]+)/.exec(letter) ?? [];
    const done = await buyer.fill(path);
    assert.ok([200, 303].includes(done.code), done.body);
  }

  /** What went out to this address, when there is something that holds the text. */
  mailTo(address: string, text: string): Promise<string> {
    return until(`a letter to ${address} with ${text}`, () =>
      this.world.taken.find(
        ({ rcpts, text: letter }) => rcpts.join().includes(address) && decoded(letter).includes(text),
      ),
    ).then((taken) => decoded(taken.text));
  }

  /** The newest contract at Stripe. */
  contract(): FakeSubscription {
    return [...this.fake.ledger.subscriptions.values()].at(-1) ?? assert.fail("no contract");
  }

  imap(name: string): Promise<ImapClient> {
    return ImapClient.open(this.#lab.imapPort, `${name}@${DOMAIN}`, HOLDER_PASSWORD);
  }

  /** All of an INBOX, decoded. */
  async inbox(name: string): Promise<string> {
    using client = await this.imap(name);
    await client.command("SELECT INBOX");
    return decoded((await client.command("UID FETCH 1:* BODY.PEEK[]")).join("\n"));
  }

  /** "sent", or the reply that says why not. */
  async submit(name: string): Promise<string> {
    const from = `${name}@${DOMAIN}`;
    using client = await SubmissionClient.open(this.#lab.basePort + 465, from, HOLDER_PASSWORD);
    const text = `From: <${from}>\r\nTo: <friend@world.test>\r\nSubject: a letter\r\n\r\nGood day.\r\n`;
    try {
      await client.send({ from, to: ["friend@world.test"], text });
      return "sent";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** What somebody else's server hears who has mail for this account. */
  async rcpt(name: string): Promise<string> {
    using client = await SmtpClient.open(this.#lab.smtpPort);
    await client.command("MAIL FROM:<friend@world.test>", "250");
    return await client.command(`RCPT TO:<${name}@${DOMAIN}>`, "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lab.stop();
    await this.world[Symbol.asyncDispose]();
    this.hand[Symbol.dispose]();
    rmSync(this.home, { recursive: true, force: true });
    await this.fake[Symbol.asyncDispose]();
  }
}

/** Processes look at the hand when more than a second of its seconds is over. */
const CLOCK_SEEN_MS = 2500;
const SECOND_MS = 1000;
const MINUTE_MS: number = 60 * SECOND_MS;
const DAY_MS = 86_400_000;
/** As cli/service/elected-jobs.ts has it: half an hour after midnight, UTC. */
const ROUND_AT_MS: number = 30 * MINUTE_MS;
/** For the service to start, on a machine with much to do. */
const LEAD_MS: number = 2 * MINUTE_MS;

/** Waits until the return page says so. */
export const isOpen = (buyer: Buyer, path: string): Promise<boolean> =>
  until("the account is open", async () => /<h1>Your account is open/.test((await buyer.ask(path)).body));

/** A letter in quoted-printable, its words with one space between them. */
export const decoded = (letter: string): string =>
  letter
    .replaceAll("=\r\n", "")
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    .replaceAll(/\s+/g, " ");

async function asked(
  port: number,
  path: string,
  body: string | Uint8Array | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Shown & { readonly cookie: string | undefined }> {
  const sent = request({
    host: "127.0.0.1",
    port,
    path,
    method: body === undefined ? "GET" : "POST",
    agent: false,
    servername: DOMAIN,
    localAddress: BUYER_ADDRESS,
    rejectUnauthorized: false,
    headers: { host: `${DOMAIN}:${port}`, ...headers },
  });
  sent.end(body);
  const [response] = await once(sent, "response");
  let text = "";
  for await (const piece of response) text += String(piece);
  const [set] = response.headers["set-cookie"] ?? [];
  const cookie: string | undefined = set?.split(";", 1)[0];
  return { code: response.statusCode, body: text, location: response.headers.location ?? "", cookie };
}
