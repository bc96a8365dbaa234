// First download of a mailbox the way mbsync does it, and envelope listings, cold and warm.
// Cold: the first listing since the mailbox was filled (--mode listing on a freshly filled mailbox).
import { Imap, messages } from "./lib/imap.js";
import { flags, meter, megabytes, rate, report, userName } from "./lib/driver.js";

const f = flags({
  mailbox: "INBOX",
  number: 1,
  mode: "both", // bodies | listing | both
  batch: 1, // messages per FETCH
  depth: 20, // FETCH commands in flight
  runs: 3, // listings after the first
});
const login = async () => Imap.open(f.imap, userName(f, f.number), f.password);
const out = {};

async function listing() {
  const imap = await login();
  await imap.cmd(`SELECT ${f.mailbox}`);
  const stop = meter(f);
  const got = await imap.cmd("FETCH 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)");
  const used = stop();
  await imap.logout();
  return { perS: rate(got.lines, used.ms), MBperS: megabytes(got.bytes, used.ms), ...used };
}

if (f.mode !== "bodies") {
  out.listingFirst = await listing();
  out.listingWarm = [];
  for (let i = 0; i < f.runs; i++) out.listingWarm.push(await listing());
}
if (f.mode !== "listing") {
  const stop = meter(f);
  const imap = await login();
  const uids = [];
  await imap.cmd(`SELECT ${f.mailbox}`);
  imap.onUntagged = (line) => {
    const m = /UID (\d+)/.exec(line.latin1Slice());
    if (m) uids.push(Number(m[1]));
  };
  await imap.cmd("UID FETCH 1:* (UID FLAGS)");
  imap.onUntagged = null;
  const listed = stop();
  const sets = [];
  for (let i = 0; i < uids.length; i += f.batch)
    sets.push(f.batch === 1 ? uids[i] : `${uids[i]}:${uids[Math.min(i + f.batch, uids.length) - 1]}`);
  const before = imap.bytes;
  const flying = [];
  for (const set of sets) {
    flying.push(imap.cmd(`UID FETCH ${set} (BODY.PEEK[])`));
    if (flying.length >= f.depth) await flying.shift();
  }
  await Promise.all(flying);
  const bytes = imap.bytes - before;
  await imap.logout();
  const used = stop();
  out.bodies = {
    batch: f.batch,
    depth: f.depth,
    flagsMs: listed.ms,
    perS: rate(uids.length, used.ms),
    MBperS: megabytes(bytes, used.ms),
    ...used,
  };
}
const imap = await login();
const count = await messages(imap, f.mailbox);
await imap.logout();
report("imap-sync", f, { messages: count, ...out });
