// A minimal SMTP client that pipelines where the server offers it.
import { connect, startTls } from "./net.js";

export class Smtp {
  #sock;
  #part = "";
  #replies = [];
  #waiting = [];
  #error = null;
  #pipelining = false;

  /** url: smtp://, smtps:// or submission://; opts: { starttls, user, password, pipelining: false to do without } */
  static async open(url, { starttls = false, user, password, pipelining = true } = {}) {
    const smtp = new Smtp();
    smtp.#attach(await connect(url));
    await smtp.#expect("220");
    let features = await smtp.#send("EHLO bench.test\r\n", "250");
    if (starttls) {
      await smtp.#send("STARTTLS\r\n", "220");
      smtp.#sock.removeAllListeners("data");
      smtp.#attach(await startTls(smtp.#sock));
      features = await smtp.#send("EHLO bench.test\r\n", "250");
    }
    smtp.#pipelining = pipelining && /^250[ -]PIPELINING/im.test(features);
    if (user) await smtp.#send(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}\r\n`, "235");
    return smtp;
  }

  /** One transaction. The body needs CRLF line ends, a final CRLF and no line that starts with a dot. */
  async send(from, to, body) {
    const lines = [
      [`MAIL FROM:<${from}>\r\n`, "250"],
      [`RCPT TO:<${to}>\r\n`, "250"],
      ["DATA\r\n", "354"],
    ];
    if (this.#pipelining) {
      this.#sock.write(lines.map((l) => l[0]).join(""));
      for (const l of lines) await this.#expect(l[1]);
    } else for (const l of lines) await this.#send(...l);
    this.#sock.write(body);
    return this.#send(".\r\n", "250");
  }

  async quit() {
    try {
      await this.#send("QUIT\r\n", "221");
    } catch {
      /* gone already */
    }
    this.#sock.destroy();
  }

  #attach(sock) {
    this.#sock = sock;
    sock.on("data", (chunk) => {
      const lines = (this.#part + chunk.latin1Slice()).split("\r\n");
      this.#part = lines.pop();
      for (const line of lines) {
        this.#replies.push(line);
        if (line[3] !== "-") this.#reply();
      }
    });
    const fail = (e) => {
      this.#error ??= e ?? new Error("connection closed");
      this.#reply();
    };
    sock.on("error", fail);
    sock.on("close", () => fail());
  }

  #done = [];
  #reply() {
    if (this.#replies.length) this.#done.push(this.#replies.join("\r\n"));
    this.#replies = [];
    while (this.#waiting.length && (this.#done.length || this.#error)) this.#waiting.shift()(this.#done.shift());
  }

  async #expect(code) {
    const text = this.#done.length
      ? this.#done.shift()
      : this.#error
        ? undefined
        : await new Promise((r) => this.#waiting.push(r));
    if (text === undefined) throw this.#error;
    if (!text.startsWith(code)) throw new Error(text);
    return text;
  }

  #send(line, code) {
    this.#sock.write(line);
    return this.#expect(code);
  }
}
