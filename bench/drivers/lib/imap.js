// A minimal IMAP client: it frames responses (lines and literals) and counts, and parses next to nothing.
import { connect } from "./net.js";

const STAR = 42,
  PLUS = 43,
  NL = 10,
  BRACE = 125;

export class Imap {
  bytes = 0; // received
  lines = 0; // untagged responses received
  onUntagged = null; // (line: Buffer, without its literals) => void
  capabilities = "";
  #sock;
  #tag = 0;
  #waiting = new Map();
  #continue = [];
  #part = []; // pieces of an unfinished line
  #skip = 0; // octets left of a literal
  #head = null; // first line of a response that goes on after a literal
  #greeting;

  static async open(url, user, password) {
    const imap = new Imap();
    imap.#sock = await connect(url);
    const greeting = new Promise((resolve, reject) => {
      imap.#greeting = { resolve, reject };
    });
    imap.#sock.on("data", (chunk) => imap.#data(chunk));
    imap.#sock.on("error", (e) => imap.#fail(e));
    imap.#sock.on("close", () => imap.#fail(new Error("connection closed")));
    await greeting;
    if (user) await imap.login(user, password);
    return imap;
  }

  async login(user, password) {
    const { text } = await this.cmd(`LOGIN "${user}" "${password}"`);
    this.capabilities = /\[CAPABILITY ([^\]]*)\]/.exec(text)?.[1] ?? "";
    if (this.capabilities) return;
    this.onUntagged = (l) => {
      const m = /^\* CAPABILITY (.*)/.exec(l.latin1Slice());
      if (m) this.capabilities = m[1];
    };
    await this.cmd("CAPABILITY");
    this.onUntagged = null;
  }

  /** Sends a command line; resolves on its tagged OK to { text, bytes, lines } received for it. */
  cmd(line) {
    const done = this.#register();
    this.#sock.write(`${done.tag} ${line}\r\n`);
    return done.promise;
  }

  /** Appends messages (Buffers) with one APPEND: several need MULTIAPPEND. */
  async append(mailbox, messages, flags = "") {
    const plus = /\bLITERAL\+/.test(this.capabilities);
    const done = this.#register();
    let pre = `${done.tag} APPEND ${mailbox}`;
    const out = [];
    for (const m of messages) {
      pre += ` ${flags && flags + " "}{${m.length}${plus ? "+" : ""}}\r\n`;
      if (plus) out.push(Buffer.from(pre), m);
      else {
        const go = new Promise((resolve) => this.#continue.push(resolve));
        this.#sock.write(pre);
        if (await Promise.race([go.then(() => false), done.promise.then(() => true)])) break;
        this.#sock.write(m);
      }
      pre = "";
    }
    out.push(Buffer.from("\r\n"));
    this.#sock.write(Buffer.concat(out));
    return done.promise;
  }

  /** Enters IDLE; the returned function leaves it. */
  async idle() {
    const done = this.#register();
    const go = new Promise((resolve) => this.#continue.push(resolve));
    this.#sock.write(`${done.tag} IDLE\r\n`);
    await go;
    return () => {
      this.#sock.write("DONE\r\n");
      return done.promise;
    };
  }

  async logout() {
    await this.cmd("LOGOUT");
    this.destroy();
  }
  destroy() {
    this.#sock.destroy();
  }

  #register() {
    const tag = `a${++this.#tag}`;
    let entry;
    const promise = new Promise((resolve, reject) => {
      entry = { resolve, reject, bytes: this.bytes, lines: this.lines };
    });
    promise.catch(() => {});
    this.#waiting.set(tag, entry);
    return { tag, promise };
  }

  #data(chunk) {
    this.bytes += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      if (this.#skip > 0) {
        const n = Math.min(this.#skip, chunk.length - at);
        this.#skip -= n;
        at += n;
        continue;
      }
      const nl = chunk.indexOf(NL, at);
      if (nl < 0) {
        this.#part.push(chunk.subarray(at));
        return;
      }
      let line = chunk.subarray(at, nl + 1);
      at = nl + 1;
      if (this.#part.length) {
        line = Buffer.concat([...this.#part, line]);
        this.#part = [];
      }
      if (line[line.length - 3] === BRACE) {
        const m = /\{(\d+)\}\r\n$/.exec(line.latin1Slice(Math.max(0, line.length - 24)));
        if (m) {
          this.#skip = Number(m[1]);
          this.#head ??= line;
          continue;
        }
      }
      const head = this.#head ?? line;
      this.#head = null;
      this.#response(head);
    }
  }

  #response(line) {
    if (this.#greeting) {
      const g = this.#greeting;
      this.#greeting = null;
      if (line.toString("latin1", 0, 4) === "* OK") g.resolve();
      else g.reject(new Error(line.latin1Slice()));
      return;
    }
    if (line[0] === STAR) {
      this.lines++;
      this.onUntagged?.(line);
      return;
    }
    if (line[0] === PLUS) {
      this.#continue.shift()?.();
      return;
    }
    const text = line.latin1Slice(0, line.length - 2);
    const tag = text.slice(0, text.indexOf(" "));
    const w = this.#waiting.get(tag);
    if (!w) return;
    this.#waiting.delete(tag);
    if (text.startsWith("OK", tag.length + 1))
      w.resolve({ text, bytes: this.bytes - w.bytes, lines: this.lines - w.lines });
    else w.reject(new Error(text));
  }

  #fail(error) {
    this.#greeting?.reject(error);
    this.#greeting = null;
    for (const w of this.#waiting.values()) w.reject(error);
    this.#waiting.clear();
  }
}

/** MESSAGES of a mailbox by STATUS. */
export async function messages(imap, mailbox = "INBOX") {
  let n = -1;
  const before = imap.onUntagged;
  imap.onUntagged = (line) => {
    n = Number(/MESSAGES (\d+)/.exec(line.latin1Slice())?.[1] ?? n);
  };
  await imap.cmd(`STATUS ${mailbox} (MESSAGES)`);
  imap.onUntagged = before;
  return n;
}
