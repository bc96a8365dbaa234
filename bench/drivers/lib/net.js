import net from "node:net";
import tls from "node:tls";

const ports = { "imap:": 143, "imaps:": 993, "smtp:": 25, "smtps:": 465, "submission:": 587 };

/** Connects to scheme://host:port; schemes ending in s use TLS from the start. */
export function connect(url) {
  const { protocol, hostname, port } = new URL(url);
  const to = { host: hostname, port: Number(port || ports[protocol]) };
  return new Promise((resolve, reject) => {
    const secure = protocol === "imaps:" || protocol === "smtps:";
    const sock = secure ? tls.connect({ ...to, rejectUnauthorized: false }) : net.connect(to);
    sock.once("error", reject);
    sock.once(secure ? "secureConnect" : "connect", () => {
      sock.off("error", reject);
      sock.setNoDelay(true);
      resolve(sock);
    });
  });
}

export function startTls(socket) {
  return new Promise((resolve, reject) => {
    const sock = tls.connect({ socket, rejectUnauthorized: false });
    sock.once("error", reject);
    sock.once("secureConnect", () => {
      sock.off("error", reject);
      resolve(sock);
    });
  });
}
