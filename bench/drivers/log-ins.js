// Who logs in, and who tries: so many tries a second of guessers over IMAP, submission and the portal, each over a
// connection of its own; beside them holders whose log-in nobody remembers, from where they lately were (at home) and from
// elsewhere (travelling), and a reader whose log-in is remembered. With --together: so many holders come at one time.
// Networks are those of loopback: 127.x.y.0/24.
import tls from "node:tls";
import { flags, meter, now, percentiles, pool, rate, report, sleep, userName } from "./lib/driver.js";

const f = flags({
  submission: "smtps://127.0.0.1:20465",
  web: "https://127.0.0.1:20443",
  domain: "bench.test",
  seconds: 30,
  rate: 0, // tries of guessers a second
  networks: 50, // of guessers; 0: each try has one of its own
  names: 200, // of the users, that are guessed at
  home: 0, // first user who logs in from where he lately was; 0: none
  travelling: 0, // likewise, from elsewhere
  holders: 1, // of each of these a second
  reads: 0, // polls a second of the reader
  together: 0, // users 1 to this one come, and nobody else but guessers
  abreast: 0, // so many of them at one time; 0: all at once
  away: false, // from where none of them was
});

const DEADLINE_MS = 120_000;
const WRONG = 0;
/** The second octets of networks begin here: of guessers, of holders where they lately were, of holders elsewhere. */
const [GUESSERS, HOME, ELSEWHERE] = [20, 120, 180];

/** A connection that reads lines; what does not come within two minutes comes never. */
class Lines {
  #socket;
  #text = "";
  #over = false;
  #poke = () => {};

  static open(url, localAddress) {
    const { hostname, port } = new URL(url);
    const lines = new Lines();
    lines.#socket = tls.connect({ host: hostname, port, localAddress, rejectUnauthorized: false });
    lines.#socket.setTimeout(DEADLINE_MS, () => lines.#socket.destroy());
    lines.#socket.on("data", (chunk) => {
      lines.#text += chunk.toString("latin1");
      lines.#poke();
    });
    lines.#socket.on("error", () => {});
    lines.#socket.on("close", () => {
      lines.#over = true;
      lines.#poke();
    });
    return lines;
  }

  send(text) {
    this.#socket.write(text);
  }

  /** What matches, taken with all before it; undefined when the peer has closed. */
  async expect(pattern) {
    for (;;) {
      const match = pattern.exec(this.#text);
      if (match !== null) {
        this.#text = this.#text.slice(match.index + match[0].length);
        return match;
      }
      if (this.#over) return undefined;
      await new Promise((resolve) => {
        this.#poke = resolve;
      });
    }
  }

  close() {
    this.#socket.destroy();
  }
}

const base64 = (text) => Buffer.from(text).toString("base64");

/** Each answers in, wrong, later, refused, or other. */
const ways = {
  async imap(lines, name, password) {
    if ((await lines.expect(/^\* OK .*\r\n/m)) === undefined) return "refused";
    lines.send(`a LOGIN "${name}" "${password}"\r\n`);
    const answer = (await lines.expect(/^a (\S+) (?:\[(\S+)[^\r]*)?.*\r\n/m)) ?? [];
    if (answer[1] === "OK") return "in";
    return { AUTHENTICATIONFAILED: "wrong", "AUTHENTICATIONFAILED]": "wrong", "UNAVAILABLE]": "later" }[answer[2]];
  },
  async submission(lines, name, password) {
    if ((await lines.expect(/^220 .*\r\n/m)) === undefined) return "refused";
    lines.send("EHLO client.bench.test\r\n");
    await lines.expect(/^250 .*\r\n/m);
    lines.send(`AUTH PLAIN ${base64(`\0${name}\0${password}`)}\r\n`);
    const [, code] = (await lines.expect(/^(\d{3}) .*\r\n/m)) ?? [];
    return { 235: "in", 535: "wrong", 454: "later" }[code];
  },
  async portal(lines, name, password) {
    const { cookie, token } = await visit();
    const body = new URLSearchParams([...token, ["name", name], ["password", password]]).toString();
    lines.send(
      `POST /account/log-in HTTP/1.1\r\nHost: ${HOST}\r\nCookie: ${cookie}\r\nConnection: close\r\n` +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const [, code] = (await lines.expect(/^HTTP\/1\.1 (\d{3}) /)) ?? [];
    return { 303: "in", 422: "wrong", 429: "later" }[code];
  },
};
const urls = { imap: f.imap, submission: f.submission, portal: f.web };
const names = Object.keys(ways);
const HOST = `localhost:${new URL(f.web).port}`;

/** One visitor's cookie with the token of its forms, good for as many tries as one likes. */
let visited;
function visit() {
  visited ??= (async () => {
    const lines = Lines.open(f.web, "127.0.0.1");
    lines.send(`GET /account/log-in HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    const [page] = await lines.expect(/[^]*<\/html>/);
    const [, cookie] = /^set-cookie: ([^;]+)/im.exec(page);
    const fields = [...page.matchAll(/<input[^>]*type="?hidden[^>]*>/g)].map(([tag]) => [
      /name="?([^" >]+)/.exec(tag)[1],
      /value="?([^" >]*)/.exec(tag)[1],
    ]);
    lines.close();
    return { cookie, token: fields };
  })();
  return visited;
}

const told = {};
const count = (who, outcome) => {
  told[who] ??= {};
  told[who][outcome] = (told[who][outcome] ?? 0) + 1;
};
const times = {};

async function logIn(who, way, { name, password, from }) {
  const start = now();
  const lines = Lines.open(urls[way], from);
  try {
    const outcome = (await ways[way](lines, name, password)) ?? "other";
    count(who, outcome);
    const key = `${who} ${outcome}`;
    (times[key] ??= []).push(now() - start);
  } finally {
    lines.close();
  }
}

const octet = (n) => 1 + (n % 250);
/** The network is the third octet's: everybody has one of his own; `part` keeps guessers, holders and travellers apart. */
const placeOf = (part, n) => `127.${part + Math.floor(n / 250)}.${octet(n)}.7`;

/** A third each: a right password, a wrong one of a name that exists, a name that does not. */
function guessOf(n) {
  const at = f.networks === 0 ? n : n % f.networks;
  const from = f.networks === 0 ? placeOf(GUESSERS, n % 12_500) : placeOf(GUESSERS, at);
  const kind = n % 3;
  if (kind === WRONG) return ["guess, wrong", { name: userName(f, 1 + (n % f.names)), password: `guess ${n}`, from }];
  if (kind === 1) return ["guess, unknown name", { name: `nobody${n}@${f.domain}`, password: `guess ${n}`, from }];
  return ["guess, right", { name: userName(f, 1 + (n % f.names)), password: f.password, from }];
}

/** Begins `make(n)` so often a second; what is under way at the end is waited for. */
async function steadily(perS, make) {
  const all = [];
  const start = now();
  const total = Math.round(perS * f.seconds);
  for (let n = 0; n < total; n++) {
    const wait = start + (n * 1000) / perS - now();
    if (wait > 0) await sleep(wait);
    all.push(make(n));
  }
  await Promise.all(all);
}

if (f.rate > 0 || f.home > 0) await visit();
const stop = meter(f);
if (f.together > 0) {
  const part = f.away ? ELSEWHERE : HOME;
  const come = (n) => logIn("holder", "imap", { name: userName(f, n), password: f.password, from: placeOf(part, n) });
  await Promise.all([
    pool(f.abreast || f.together, f.together, async (take) => {
      for (let n = take(); n >= 0; n = take()) await come(n + 1);
    }),
    steadily(f.rate, async (n) => {
      const [who, guess] = guessOf(n);
      await logIn(who, names[Math.floor(n / 3) % names.length], guess);
    }),
  ]);
} else {
  const holder = (who, first, part) => (n) => {
    const user = first + n;
    const asked = { name: userName(f, user), password: f.password, from: placeOf(part, user) };
    // At home they have mail programs, at the portal they would be known by their browser.
    return logIn(who, part === HOME ? names[n % 2] : names[n % names.length], asked);
  };
  const reader = { name: userName(f, 1), password: f.password, from: "127.0.0.1" };
  await Promise.all([
    steadily(f.rate, async (n) => {
      const [who, guess] = guessOf(n);
      await logIn(who, names[Math.floor(n / 3) % names.length], guess);
    }),
    f.home > 0 ? steadily(f.holders, holder("holder at home", f.home, HOME)) : undefined,
    f.travelling > 0 ? steadily(f.holders, holder("holder elsewhere", f.travelling, ELSEWHERE)) : undefined,
    steadily(f.reads, () => logIn("reader", "imap", reader)),
  ]);
}
const used = stop();
const { length: all } = Object.values(times).flat();
report("log-ins", f, {
  perS: rate(all, used.ms),
  told,
  afterMs: Object.fromEntries(
    Object.entries(times).map(([key, some]) => [key, { ...percentiles(some, [50, 99, 100]) }]),
  ),
  ...used,
});
