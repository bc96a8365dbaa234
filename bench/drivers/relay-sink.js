// An SMTP sink on loopback that takes everything and knows when each message came: for submission.js, which forks it.
// The n-th message is the one to r<n>@..., by its first recipient. --port 20026. Tells its parent { received } while that
// grows, and on { get: true } the time of each arrival: { arrivals: { n: milliseconds of the monotonic clock } }.
import net from "node:net";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { port: { type: "string", default: "20026" } } });
const END = Buffer.from("\r\n.\r\n");
const arrivals = new Map();
let received = 0;
let repeated = 0;
let told = -1;
const now = () => Number(process.hrtime.bigint()) / 1e6;

const server = net.createServer((sock) => {
  sock.setNoDelay(true);
  let rest = Buffer.alloc(0); // unfinished command line, or the last octets of the data so far
  let data = false;
  let number;
  sock.on("error", () => {});
  sock.on("data", (chunk) => {
    let buf = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let out = "";
    for (;;) {
      if (data) {
        const end = buf.indexOf(END);
        if (end < 0) {
          rest = buf.subarray(-4);
          break;
        }
        received++;
        if (arrivals.has(number)) repeated++;
        else arrivals.set(number, now());
        data = false;
        number = undefined;
        out += "250 2.0.0 taken\r\n";
        buf = buf.subarray(end + 5);
      }
      const nl = buf.indexOf(10);
      if (nl < 0) {
        rest = buf;
        break;
      }
      const line = buf.latin1Slice(0, nl);
      const verb = line.slice(0, 4).toUpperCase();
      buf = buf.subarray(nl + 1);
      if (verb === "EHLO")
        out += "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 104857600\r\n";
      else if (verb === "RCPT") {
        number ??= Number(/<r(\d+)@/.exec(line)?.[1]);
        out += "250 2.1.5 ok\r\n";
      } else if (verb === "DATA") {
        data = true;
        out += "354 go on\r\n";
        buf = Buffer.concat([Buffer.from("\r\n"), buf]);
      } else if (verb === "QUIT") {
        sock.end(`${out}221 2.0.0 bye\r\n`);
        return;
      } else out += "250 2.0.0 ok\r\n";
    }
    if (out) sock.write(out);
  });
  sock.write("220 sink.test ESMTP\r\n");
});
server.listen(Number(values.port), "127.0.0.1", tell);

function tell() {
  if (told === received) return;
  told = received;
  process.send({ received });
}
setInterval(tell, 10);
process.on("message", ({ get }) => {
  if (get) process.send({ received, repeated, arrivals: Object.fromEntries(arrivals) });
});
process.on("disconnect", () => process.exit());
