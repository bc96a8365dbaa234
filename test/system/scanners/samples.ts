/** Messages for scanners: harmless ones, test strings, archives. No file of the repository holds a test string as a whole. */
import { crc32 } from "node:zlib";
import type { MailToScan } from "../../../src/service/delivery/inbound-scanner.ts";
import type { ContentSource } from "../../../src/store/mail-store.ts";

/** What every virus scanner is to take for a virus. Put together here, so that none finds it in the sources. */
export const EICAR: string = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "STANDARD-ANTIVIRUS", "TEST-FILE!$H+H*"].join("-");
/** What every spam scanner is to take for spam. */
export const GTUBE: string = ["XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE", "STANDARD-ANTI-UBE", "TEST-EMAIL*C.34X"].join("-");
/** A signature by which clamd knows EICAR; its own lists are not installed. */
export const EICAR_SIGNATURE: string = `Test.EICAR:0:*:${Buffer.from(EICAR).toString("hex")}`;

export const SENDER = "ann.sender@example.org";
export const RECIPIENT = "bob.recipient@example.net";

let count = 0;

export function letter(body: string, header = ""): string {
  count++;
  return (
    `Received: from mx.example.org (mx.example.org [192.0.2.9])\r\n\tby mail.example.net with ESMTP; ` +
    `Sat, 21 Nov 2026 10:00:00 +0000\r\nFrom: Ann <${SENDER}>\r\nTo: Bob <${RECIPIENT}>\r\nSubject: Hello\r\n` +
    `Message-ID: <letter-${count}.private@example.org>\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n` +
    `${header}\r\n${body}\r\n`
  );
}

/** A letter with one attachment, in base64. */
export function withAttachment(name: string, octets: Uint8Array): string {
  const lines = Buffer.from(octets).toString("base64").replaceAll(/.{76}/g, "$&\r\n");
  const part = `--b\r\nContent-Type: application/octet-stream; name="${name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}\r\n`;
  const text = "--b\r\nContent-Type: text/plain\r\n\r\nSee the file.\r\n";
  return letter(`${text}${part}--b--`, 'Content-Type: multipart/mixed; boundary="b"\r\n');
}

/** A ZIP archive of one file, stored as it is. @param isEncrypted says so in its header; the octets stay */
export function zip(name: string, octets: Uint8Array, isEncrypted: boolean): Uint8Array {
  const path = Buffer.from(name);
  const facts = Buffer.alloc(26);
  facts.writeUInt16LE(20, 0);
  facts.writeUInt16LE(isEncrypted ? 1 : 0, 2);
  facts.writeUInt32LE(crc32(octets), 10);
  facts.writeUInt32LE(octets.length, 14);
  facts.writeUInt32LE(octets.length, 18);
  facts.writeUInt16LE(path.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), facts, path, octets]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\0"), facts, Buffer.alloc(14), path]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from("PK\x05\x06"), end]);
}

export function source(text: string): ContentSource {
  const bytes = Buffer.from(text, "latin1");
  return {
    size: bytes.length,
    bytes,
    async *pieces() {
      yield bytes;
    },
  };
}

/** Octets that are not in memory as a whole. */
export function largeSource(size: number): ContentSource {
  const piece = Buffer.alloc(256 * 1024, "The quick brown fox jumps over the lazy dog.\r\n");
  return {
    size,
    bytes: undefined,
    async *pieces() {
      for (let at = 0; at < size; at += piece.length) yield piece.subarray(0, Math.min(piece.length, size - at));
    },
  };
}

export function arriving(text: string | ContentSource, more: Partial<MailToScan> = {}): MailToScan {
  return {
    content: typeof text === "string" ? source(text) : text,
    sender: SENDER,
    recipients: [RECIPIENT],
    peer: { address: "192.0.2.9", helo: "mx.example.org" },
    id: "0123456789abcdef0123456789abcdef",
    user: undefined,
    ...more,
  };
}

const SPAM = [
  "cheap",
  "pills",
  "discount",
  "pharmacy",
  "buy",
  "now",
  "miracle",
  "weight",
  "casino",
  "bonus",
  "lottery",
  "winner",
];
const HAM = [
  "meeting",
  "agenda",
  "project",
  "report",
  "budget",
  "tuesday",
  "minutes",
  "review",
  "draft",
  "office",
  "lunch",
  "train",
];

/** Letters to learn from: each has the words of its kind in another order. */
export function lesson(as: "spam" | "ham", number: number): string {
  const words = as === "spam" ? SPAM : HAM;
  const turned = [...words.slice(number % words.length), ...words.slice(0, number % words.length)];
  return letter(`${turned.join(" ")} ${turned.join(" ")} ${words.join(" ")} ${number}`);
}
