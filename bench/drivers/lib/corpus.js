// Deterministic mail: sizes log-uniform between min and max (2 KB..200 KB: median 20 KB, mean 43 KB),
// text, HTML for most, and a base64 attachment for what is left above 12 KB. Message n is a function of
// (seed, n) alone, is unlike every other one, and is put together from prepared pieces (under 0.1 ms).
import { random } from "./driver.js";

const POOL = 4 << 20; // octets of text and of base64 to cut from
const LINE = 78; // base64 lines: 76 + CRLF

const syllables =
  "ba be bi bo da de di do fa fe fi ka ke ko la le lo ma me mi mo na ne no pa pe po ra re ro sa se so ta te to va ve vi".split(
    " ",
  );

export class Corpus {
  #seed;
  #min;
  #max;
  words;
  #text;
  #base64;

  constructor({ seed = 1, min = 2048, max = 200 * 1024 } = {}) {
    this.#seed = seed;
    this.#min = min;
    this.#max = max;
    const r = random(seed);
    const pick = (list) => list[Math.floor(r() * list.length)];
    this.words = Array.from({ length: 4000 }, () =>
      Array.from({ length: 2 + Math.floor(r() * 3) }, () => pick(syllables)).join(""),
    );
    const lines = [];
    for (let size = 0; size < POOL; ) {
      let line = "";
      while (line.length < 62) line += (line && " ") + this.words[Math.floor(r() * r() * 4000)];
      lines.push(line);
      size += line.length + 2;
    }
    this.#text = Buffer.from(lines.join("\r\n") + "\r\n");
    const raw = Buffer.allocUnsafe(Math.floor(POOL / LINE) * 57);
    for (let i = 0; i < raw.length; i++) raw[i] = r() * 256;
    this.#base64 = Buffer.from(raw.toString("base64").replace(/.{76}/g, "$&\r\n"));
  }

  /** Message n as a Buffer with CRLF line ends. */
  message(n, to = "user@bench.test") {
    const r = random(Math.imul(this.#seed, 0x9e3779b1) ^ n);
    for (let i = 0; i < 3; i++) r();
    const size = Math.round(this.#min * (this.#max / this.#min) ** r());
    const word = () => this.words[Math.floor(r() * 4000)];
    const sender = `${word()}@${word()}.test`;
    const date = new Date(1.7e12 + n * 61e3).toUTCString().replace("GMT", "+0000");
    const b = `=_b${n.toString(36)}_${this.#seed}`;
    const text = Math.min(size * 0.3, 6000);
    const html = size > 4000 ? Math.min(size * 0.4, 20000) : 0;
    const attach = size > 12000 ? size - text - html : 0;
    const top =
      `Return-Path: <${sender}>\r\nReceived: from mail.${sender.split("@")[1]} (mail [192.0.2.${n % 250}])\r\n\tby mx.bench.test with ESMTPS id ${n.toString(36)}; ${date}\r\n` +
      `Date: ${date}\r\nFrom: "${word()} ${word()}" <${sender}>\r\nTo: <${to}>\r\nSubject: ${word()} ${word()} ${word()} ${n}\r\n` +
      `Message-ID: <${n}.${this.#seed}@${sender.split("@")[1]}>\r\n${n % 3 ? `In-Reply-To: <${n - (n % 3)}.${this.#seed}@x.test>\r\nReferences: <${n - (n % 3)}.${this.#seed}@x.test>\r\n` : ""}MIME-Version: 1.0\r\n`;
    if (!html)
      return Buffer.concat([
        Buffer.from(`${top}Content-Type: text/plain; charset=utf-8\r\n\r\n`),
        this.#cut(this.#text, size - 600, r),
      ]);
    const parts = [
      top,
      attach ? `Content-Type: multipart/mixed; boundary="m${b}"\r\n\r\n--m${b}\r\n` : "",
      `Content-Type: multipart/alternative; boundary="a${b}"\r\n\r\n--a${b}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n`,
      this.#cut(this.#text, text, r),
      `--a${b}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>\r\n`,
      this.#cut(this.#text, html, r),
      `</p></body></html>\r\n--a${b}--\r\n`,
    ];
    if (attach) {
      const from = Math.floor((r() * (this.#base64.length - attach)) / LINE) * LINE;
      parts.push(
        `--m${b}\r\nContent-Type: application/octet-stream; name="${word()}.bin"\r\nContent-Disposition: attachment; filename="${word()}.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
        this.#base64.subarray(from, from + Math.floor(attach / LINE) * LINE),
        `--m${b}--\r\n`,
      );
    }
    return Buffer.concat(parts.map((p) => (typeof p === "string" ? Buffer.from(p) : p)));
  }

  #cut(pool, size, r) {
    const at = pool.indexOf(10, Math.floor(r() * (pool.length - size - 200))) + 1;
    return pool.subarray(at, pool.indexOf(10, at + Math.max(size, 80)) + 1);
  }
}
