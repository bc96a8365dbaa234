// STORE, COPY, MOVE, EXPUNGE, APPEND, SEARCH and SELECT on a mailbox filled before (imap-fill.js).
// The mailbox has the same messages afterwards; flags are cleared.
import { Corpus } from "./lib/corpus.js";
import { Imap, messages } from "./lib/imap.js";
import { flags, median, meter, now, pool, rate, report, round, userName } from "./lib/driver.js";

const f = flags({
  mailbox: "INBOX",
  number: 1,
  stores: 1000,
  copies: 1000,
  appends: 500,
  sessions: 8,
  repeat: 5,
  min: 2048,
  max: 204800,
  body: true,
});
const open = () => Imap.open(f.imap, userName(f, f.number), f.password);
const corpus = new Corpus({ seed: f.seed });
const out = {};
const stop = meter(f);

async function timed(run, times = 1) {
  const all = [];
  for (let i = 0; i < times; i++) {
    const t = now();
    await run(i);
    all.push(now() - t);
  }
  return median(all);
}

const selects = []; // each on a connection of its own
for (let i = 0; i < f.repeat; i++) {
  const c = await open();
  selects.push(await timed(() => c.cmd(`SELECT ${f.mailbox}`)));
  await c.logout();
}
out.selectMs = round(median(selects));

const imap = await open();
const count = await messages(imap, f.mailbox);
out.statusMs = round(await timed(() => messages(imap, f.mailbox), f.repeat));
await imap.cmd(`SELECT ${f.mailbox}`);
out.flagsFetchPerS = rate(count, await timed(() => imap.cmd("FETCH 1:* (UID FLAGS)"), 3));

const n = Math.min(f.stores, count);
out.storeSinglePerS = rate(
  n,
  await timed(async () => {
    for (let i = 1; i <= n; i++) await imap.cmd(`STORE ${i} +FLAGS (\\Flagged)`);
  }),
);
out.storeBulkPerS = rate(count, await timed(() => imap.cmd("STORE 1:* +FLAGS.SILENT (\\Seen)")));

// SEARCH: [first, median of the repeats] in ms
const search = async (what) => [
  round(await timed(() => imap.cmd(`SEARCH ${what}`))),
  round(await timed(() => imap.cmd(`SEARCH ${what}`), f.repeat)),
];
out.searchFlagsMs = await search("FLAGGED UNDELETED");
out.searchHeaderMs = await search(`SUBJECT "${corpus.words[7]}"`);
out.searchFromMs = await search(`FROM "${corpus.words[11]}"`);
out.searchMessageIdMs = await search(`HEADER MESSAGE-ID "<17.${f.seed}@"`);
if (f.body) {
  const t = now();
  await imap.cmd(`SEARCH BODY "${corpus.words[3900]}"`);
  out.searchBodyMs = [round(now() - t), round(await timed(() => imap.cmd(`SEARCH BODY "${corpus.words[3800]}"`)))];
}
await imap.cmd("STORE 1:* -FLAGS.SILENT (\\Seen \\Flagged)");

for (const box of ["Copied", "Moved", "Appended"]) {
  await imap.cmd(`DELETE ${box}`).catch(() => {});
  await imap.cmd(`CREATE ${box}`);
}
const k = Math.min(f.copies, count);
out.copyBulkPerS = rate(k, await timed(() => imap.cmd(`COPY 1:${k} Copied`)));
await imap.cmd("SELECT Copied");
out.moveBulkPerS = rate(k, await timed(() => imap.cmd(`MOVE 1:${k} Moved`)));
await imap.cmd("SELECT Moved");
const half = k >> 1;
out.moveSinglePerS = rate(
  half / 2,
  await timed(async () => {
    for (let i = 0; i < half / 2; i++) await imap.cmd("MOVE 1 Copied");
  }),
);
await imap.cmd("STORE 1:* +FLAGS.SILENT (\\Deleted)");
const left = await messages(imap, "Moved");
out.expungePerS = rate(left, await timed(() => imap.cmd("EXPUNGE")));

const fresh = new Corpus({ seed: 9, min: f.min, max: f.max });
const bodies = Array.from({ length: f.appends }, (_, i) => fresh.message(i));
out.appendPerS = rate(
  f.appends,
  await timed(async () => {
    for (const b of bodies) await imap.append("Appended", [b]);
  }),
);
const sessions = await Promise.all(
  Array.from({ length: f.sessions }, (_, i) =>
    Imap.open(f.imap, userName(f, 1 + ((f.number + i) % f.users)), f.password),
  ),
);
await Promise.all(sessions.map((s) => s.cmd("CREATE Appended").catch(() => {})));
out.appendParallelPerS = rate(
  f.appends,
  await timed(() =>
    pool(f.sessions, f.appends, async (take, id) => {
      for (let i = take(); i >= 0; i = take()) await sessions[id].append("Appended", [bodies[i]]);
    }),
  ),
);
await Promise.all(
  sessions.map(async (s) => {
    await s.cmd("DELETE Appended").catch(() => {});
    await s.logout();
  }),
);
await imap.cmd(`SELECT ${f.mailbox}`);
for (const box of ["Copied", "Moved", "Appended"]) await imap.cmd(`DELETE ${box}`).catch(() => {});
await imap.logout();
report("imap-ops", f, { messages: count, ...out, ...stop() });
