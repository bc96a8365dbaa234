// A tiny SMTP sink on loopback: takes and discards everything. --port 20026 --host 127.0.0.1
// With an IPC parent it reports { received, bytes } to it; alone it prints them once a second while they change.
import net from "node:net";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string", default: "20026" }, host: { type: "string", default: "127.0.0.1" } },
});
const END = Buffer.from("\r\n.\r\n");
let received = 0;
let bytes = 0;
let told = -1;

const server = net.createServer((sock) => {
  sock.setNoDelay(true);
  let rest = Buffer.alloc(0); // unfinished command line, or the last octets of the data so far
  let data = false;
  sock.on("error", () => {});
  sock.on("data", (chunk) => {
    let buf = rest.length ? Buffer.concat([rest, chunk]) : chunk;
    let out = "";
    for (;;) {
      if (data) {
        const end = buf.indexOf(END);
        if (end < 0) {
          bytes += Math.max(0, buf.length - 4);
          rest = buf.subarray(-4);
          break;
        }
        bytes += end + 2;
        received++;
        data = false;
        out += "250 2.0.0 taken\r\n";
        buf = buf.subarray(end + 5);
      }
      const nl = buf.indexOf(10);
      if (nl < 0) {
        rest = buf;
        break;
      }
      const verb = buf.latin1Slice(0, Math.min(nl, 4)).toUpperCase();
      buf = buf.subarray(nl + 1);
      if (verb === "EHLO")
        out += "250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 104857600\r\n";
      else if (verb === "DATA") {
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
server.listen(Number(values.port), values.host, tell);

function tell() {
  if (told === received) return;
  told = received;
  if (process.send) process.send({ received, bytes });
  else console.log(JSON.stringify({ received, bytes }));
}
setInterval(tell, process.send ? 10 : 1000);
process.on("disconnect", () => process.exit());
