// Delivery to many accounts in random order: each message meets an account that is not in any cache.
// For servers that answer 250 before the message is in the mailbox, --log FILE --saved TEXT counts the lines of their log that say so
// (Dovecot: --saved 'saved mail to'); without it saved = accepted. At the end every recipient's INBOX is asked whether all came, by IMAP.
import { execFile } from "node:child_process";
import fs from "node:fs";
import { fileURLToPath } from "node:url";
import { Imap, messages } from "./lib/imap.js";
import { flags, pool, random } from "./lib/driver.js";

const f = flags({
  users: 10000,
  messages: 5000,
  smtp: "smtp://127.0.0.1:20025",
  domain: "bench.test",
  log: "",
  saved: "saved mail to",
  check: true,
});
let lines = 0;
let last = 0;
const watch = f.log ? follow(f.log) : null;
const argv = [
  "--visible",
  "false",
  "--users",
  f.users,
  "--messages",
  f.messages,
  "--seed",
  f.seed,
  "--smtp",
  f.smtp,
  ...(f.pids ? ["--pids", f.pids] : []),
  "--user",
  f.user,
  "--domain",
  f.domain,
].map(String);
const result = await new Promise((done, failed) =>
  execFile(process.execPath, [fileURLToPath(new URL("smtp-ingest.js", import.meta.url)), ...argv], (e, out, err) =>
    e ? failed(new Error(err || e.message)) : done(JSON.parse(out)),
  ),
);
if (watch) {
  for (const end = Date.now() + 90_000; lines < f.messages && Date.now() < end; )
    await new Promise((r) => setTimeout(r, 20));
  watch.stop();
}
const { accounts, wrong } = f.check ? await check() : {};
console.log(
  JSON.stringify({
    ...result,
    bench: "cold",
    users: f.users,
    savedPerS: watch
      ? lines >= f.messages && Math.round((f.messages * 1000) / (last - result.startedAt))
      : result.acceptedPerS,
    accounts,
    wrong,
  }),
);

function follow(file) {
  const fd = fs.openSync(file, "r");
  const buf = Buffer.alloc(1 << 20);
  let at = fs.fstatSync(fd).size;
  let rest = "";
  const read = () => {
    for (let n; (n = fs.readSync(fd, buf, 0, buf.length, at)) > 0; ) {
      at += n;
      const parts = (rest + buf.toString("latin1", 0, n)).split("\n");
      rest = parts.pop();
      for (const line of parts)
        if (line.includes(f.saved)) {
          lines++;
          last = Date.now();
        }
    }
  };
  const timer = setInterval(read, 20);
  return {
    stop() {
      clearInterval(timer);
      read();
      fs.closeSync(fd);
    },
  };
}

/** Asks each recipient that smtp-ingest's seed chose; counts accounts whose INBOX grew by less than was sent. */
async function check() {
  const want = new Map();
  const draw = random(f.seed + 1);
  for (let i = 0; i < f.messages; i++) {
    const n = 1 + Math.floor(draw() * f.users);
    want.set(n, (want.get(n) ?? 0) + 1);
  }
  const list = [...want];
  let wrong = 0;
  await pool(8, list.length, async (take) => {
    for (let i = take(); i >= 0; i = take()) {
      const imap = await Imap.open(f.imap, f.user.replace("%d", list[i][0]), f.password);
      if ((await messages(imap)) < list[i][1]) wrong++;
      await imap.logout();
    }
  });
  return { accounts: list.length, wrong };
}
