/**
 * What a look at a mail server shows: a session up to EHLO over TLS, as a delivery would open it, and then QUIT. No
 * address is named in it and no message sent. clients/smtp/probe.ts implements it.
 */
import type { RemoteReply } from "../../store/outbound-queue.ts";
import type { RouteHost } from "../queue/route.ts";

export type CertificateFacts = {
  /** What it is for, as it says: DNS names and addresses. */
  readonly names: readonly string[];
  readonly issuer: string;
  /** Epoch milliseconds. */
  readonly validUntil: number;
};

/** In the order in which they happen. Words and keywords are the host's: visible ASCII, of bounded length. */
export type ProbeStep =
  | { readonly kind: "connected" }
  | { readonly kind: "greeting"; readonly code: number; readonly words: string }
  /** `keywords` with their parameters; none of a host that knows only HELO. */
  | { readonly kind: "ehlo"; readonly isEncrypted: boolean; readonly keywords: readonly string[] }
  /** `code` is `undefined` where STARTTLS is not offered. */
  | { readonly kind: "starttls"; readonly code: number | undefined; readonly words: string }
  /** The handshake failed; a code of Node or OpenSSL. */
  | { readonly kind: "no-tls"; readonly code: string }
  | {
      readonly kind: "tls";
      readonly protocol: string;
      readonly cipher: string;
      /** `undefined`: it was not found right. */
      readonly verified: "authority" | "dane" | undefined;
      /** What the host's policy wanted and is not so, as TLS reports name it (RFC 8460 section 4.3). */
      readonly failure: string | undefined;
      readonly certificate: CertificateFacts | undefined;
    };

export type Probed =
  /** Mail would go over this connection. `tls`: its level in words; `undefined`: in the clear. */
  | { readonly kind: "open"; readonly tls: string | undefined }
  /** `unreached`: a delivery would try again later; `unfit`: the host never takes mail of ours. */
  | { readonly kind: "unreached" | "unfit"; readonly reply: RemoteReply };

/** Opens a session with one address of a host and closes it; `tell` hears each step as it happens. Never rejects. */
export type Probe = (
  host: RouteHost,
  address: string,
  tell: (step: ProbeStep) => void,
  signal: AbortSignal,
) => Promise<Probed>;
