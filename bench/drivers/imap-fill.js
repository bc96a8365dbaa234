// Fills a mailbox to K generated messages by APPEND (MULTIAPPEND in groups where offered).
import { Corpus } from "./lib/corpus.js";
import { Imap, messages } from "./lib/imap.js";
import { flags, meter, megabytes, rate, report, userName } from "./lib/driver.js";

const f = flags({
  mailbox: "INBOX",
  number: 1,
  messages: 2000,
  min: 2048,
  max: 204800,
  group: 50,
  depth: 2,
  flags: "",
});
const corpus = new Corpus({ seed: f.seed, min: f.min, max: f.max });
const imap = await Imap.open(f.imap, userName(f, f.number), f.password);
await imap.cmd(`CREATE ${f.mailbox}`).catch(() => {});
const group = /\bMULTIAPPEND\b/.test(imap.capabilities) ? f.group : 1;
let have = await messages(imap, f.mailbox);
const first = have;
let bytes = 0;
const stop = meter(f);
const flying = [];
while (have < f.messages) {
  const part = [];
  while (part.length < group && have < f.messages) part.push(corpus.message(have++));
  for (const m of part) bytes += m.length;
  flying.push(imap.append(f.mailbox, part, f.flags && `(${f.flags})`));
  if (flying.length >= f.depth) await flying.shift();
}
await Promise.all(flying);
const used = stop();
await imap.logout();
report("imap-fill", f, {
  messages: have - first,
  total: have,
  group,
  perS: rate(have - first, used.ms),
  MBperS: megabytes(bytes, used.ms),
  ...used,
});
