/** All that is known of where a message comes from, as one value: what the checks of this folder have found. */
import type { Arc } from "./arc/verify.ts";
import type { Dkim } from "./dkim/verify.ts";
import type { Dmarc } from "./dmarc/evaluate.ts";
import type { Iprev } from "./iprev.ts";
import type { Spf } from "./spf/check.ts";

export type Client = {
  /** IPv4 or IPv6. */
  readonly address: string;
  /** What it said in EHLO or HELO; anything. */
  readonly helo: string;
};

export type Authentication = {
  readonly client: Client;
  readonly iprev: Iprev;
  readonly spf: Spf;
  /** As in the message, the topmost first; empty when it is not signed. */
  readonly dkim: readonly Dkim[];
  readonly dmarc: Dmarc;
  readonly arc: Arc;
  /** The mailing list that the message says it comes from: the domain of List-Id, in A-labels. */
  readonly list: string | undefined;
};
