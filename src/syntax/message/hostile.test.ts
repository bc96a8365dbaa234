/** Octets made to cost: one piece again and again, where a parser that is not linear takes minutes. */
import { test } from "node:test";
import { parseMessage } from "./parse.ts";
import { mail } from "./testdata.test.ts";

const LENGTH = 100_000;
/** All of it takes well below a second when linear; one quadratic case takes longer than this. */
const timeout = 20_000;

function again(piece: string): string {
  return piece.repeat(Math.ceil(LENGTH / piece.length));
}

/** As octets, one a character. */
function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}

const FIELDS = ["To: ", "Subject: ", "Date: ", "Content-Type: ", "Content-Type: a/b; x=", "Content-Language: ", "X"];
const IN_FIELDS = [
  "a=b ",
  " ",
  "\t ",
  "=?",
  "=?a?q?",
  "(",
  "<",
  '"',
  "\\",
  "a@b,",
  "a:",
  ";",
  "[",
  "a*0=b;",
  ".@ ",
  "\r",
  "]",
  "<a",
  utf8("\u0323\u0301"),
  utf8("\u0f73\u0301"),
  "=?x-none?b?w?= ",
];
const TYPES = [
  "Content-Type: text/html\n\n",
  "Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n",
  "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n",
  "Content-Type: multipart/digest; boundary=b\n\n",
];
const IN_BODIES = [
  "<",
  "<!--",
  "<style>",
  "&#",
  "= ",
  "=\n",
  " \n",
  "-",
  "--",
  "--b\n",
  "--b\n\n",
  "-\n",
  "\r",
  utf8("\u0130"),
  "=20",
  utf8("\u0323\u0301"),
  utf8("\u0f73\u0301"),
  utf8("\uff9e\u0323"),
];

test("a header of one piece again and again", { timeout }, () => {
  for (const field of FIELDS) for (const piece of IN_FIELDS) parseMessage(mail(`${field}${again(piece)}x\n\n`));
});

test("a body of one piece again and again", { timeout }, () => {
  for (const type of TYPES) for (const piece of IN_BODIES) parseMessage(mail(`${type}${again(piece)}x`));
});
