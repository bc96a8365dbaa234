/** Events of the host area: processes, sockets, TLS, the log itself. */

export const hostEvents = {
  "service.started": {
    level: "info",
    summary: "The supervisor holds the lock and its workers serve.",
    fields: { workers: "public number" },
  },
  "service.stopped": {
    level: "info",
    summary: "The last worker has ended; what was accepted is durable.",
    fields: { seconds: "public number" },
  },
  "worker.started": {
    level: "info",
    summary: "A worker process serves.",
    fields: { worker: "public number" },
  },
  "worker.died": {
    level: "error",
    summary: "A worker process ended by itself; a new one takes its place.",
    fields: { worker: "public number", code: "public number", signal: "public string" },
  },
  "listener.opened": {
    level: "debug",
    summary: "A process accepts connections on a port.",
    fields: { listener: "public string", port: "public number" },
  },
  "listener.failed": {
    level: "error",
    summary: "A listening socket could not accept, most often for want of file descriptors.",
    fields: { listener: "public string", code: "public string" },
  },
  "connection.refused": {
    level: "info",
    summary:
      "A connection was turned away: `full` (all connections of the process taken) or `peer` (too many from there).",
    fields: { listener: "public string", reason: "public string", client: "personal string" },
  },
  "connection.failed": {
    level: "error",
    summary: "A session ended by a fault of ours; `at` names places in the program, never data.",
    fields: { listener: "public string", error: "public string", at: "public string" },
  },
  "command.failed": {
    level: "error",
    summary: "A command of the operator ended by a fault of ours; `at` names places in the program, never data.",
    fields: { at: "public string" },
  },
  "tls.refused": {
    level: "info",
    summary: "A TLS handshake did not come to its end in time or at all.",
    fields: { listener: "public string", code: "public string", client: "personal string" },
  },
  "tls.loaded": {
    level: "info",
    summary: "Certificate and key were read from their files.",
    fields: { validUntil: "public string" },
  },
  "tls.kept": {
    level: "warning",
    summary: "New certificate files are not usable; the old certificate stays in use.",
    fields: { reason: "public string" },
  },
  "log.dropped": {
    level: "warning",
    summary: "Events were dropped because they came faster than they could be passed on.",
    fields: { count: "public number" },
  },
  "log.failed": {
    level: "error",
    summary: "A log segment could not be written; its events are lost.",
    fields: { code: "public string", count: "public number" },
  },
} as const;
