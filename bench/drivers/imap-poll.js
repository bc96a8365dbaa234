// What a mail client's poll costs: connect, TLS, LOGIN, SELECT, STATUS, LOGOUT.
import { Imap } from "./lib/imap.js";
import { flags, meter, now, percentiles, pool, rate, report, round, userName } from "./lib/driver.js";

const f = flags({ polls: 1000, concurrency: 8, mailbox: "INBOX", other: "Sent" });
const times = [];
let failed = 0;
const stop = meter(f);
await pool(f.concurrency, f.polls, async (take) => {
  for (let i = take(); i >= 0; i = take()) {
    const t = now();
    try {
      const imap = await Imap.open(f.imap, userName(f, 1 + (i % f.users)), f.password);
      await imap.cmd(`SELECT ${f.mailbox}`);
      await imap.cmd(`STATUS ${f.other} (MESSAGES UNSEEN UIDNEXT)`);
      await imap.logout();
      times.push(now() - t);
    } catch (e) {
      if (failed++ < 5) console.error(String(e));
    }
  }
});
const used = stop();
report("imap-poll", f, {
  polls: times.length,
  failed,
  concurrency: f.concurrency,
  pollsPerS: rate(times.length, used.ms),
  pollMs: percentiles(times),
  ...(f.pids && { serverCpuMsPerPoll: round(used.serverCpuMs / times.length) }),
  ...used,
});
