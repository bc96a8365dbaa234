/** What the supervisor gives a worker first, over the channel between them; keys as text, for it travels as JSON. */
import type { Settings } from "../../host/settings/settings.ts";

export type WorkerStart = {
  readonly settings: Settings;
  /** Names this run of the kernel. */
  readonly bootId: string;
  /** The root key, hexadecimal. */
  readonly root: string;
  /** The keys of TLS session tickets, base64. */
  readonly ticketKeys: string;
  /** How many workers share the machine and the bounds on connections. */
  readonly workers: number;
  /** Which of them this is, from 0: no other has it as long as this one lives. */
  readonly slot: number;
};

/** Things that workers are told while they run. */
export type News = "certificates" | "ticket-keys" | "metrics";
