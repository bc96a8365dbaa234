/**
 * What goes to one host, and what became of it: for each recipient what the host said, and for the host what is worth
 * knowing to who plans the next attempt and to who writes the report on TLS (RFC 8460 section 4.3).
 */
import type { RouteHost } from "../../service/queue/route.ts";
import type { Outbound, OutboundRecipient, RemoteReply } from "../../store/outbound-queue.ts";

/** Where mail is handed over. Hosts are reused as long as the same value, by content, is given. */
export type RelayHost = RouteHost & {
  /** 25 where it is absent. */
  readonly port?: number;
  /** For a smarthost: TLS from the first octet (RFC 8314 section 3.3). */
  readonly implicitTls?: boolean;
  /** For a smarthost: AUTH PLAIN (RFC 4616), only to a host whose certificate was found right. */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** The policy is tried and what comes of it told, but mail goes all the same, as it would without one (RFC 8689 section 4.2.2). */
  readonly isTlsOptional?: true;
};

export type EnvelopeRecipient = Pick<OutboundRecipient, "address" | "notify" | "orcpt">;

export type Envelope = Pick<Outbound, "sender" | "body" | "smtpUtf8" | "tlsWish" | "ret" | "envid"> & {
  readonly recipients: readonly EnvelopeRecipient[];
};

export type RecipientOutcome =
  /** The host answers for it from now on. */
  | { readonly kind: "accepted"; readonly reply: RemoteReply }
  | { readonly kind: "temporary"; readonly reply: RemoteReply }
  | { readonly kind: "permanent"; readonly reply: RemoteReply }
  /** All was said and no answer came: the host may have it or not. Trying again may make two of it. */
  | { readonly kind: "uncertain"; readonly reply: RemoteReply };

/** RFC 8460 section 4.3.1 and section 4.3.3. */
export type TlsFailureKind =
  | "starttls-not-supported"
  | "certificate-host-mismatch"
  | "certificate-expired"
  | "certificate-not-trusted"
  | "validation-failure";

export type TlsFailure = {
  readonly failure: TlsFailureKind;
  readonly address: string;
  /** A code of Node or OpenSSL. */
  readonly detail: string | undefined;
};

export type SessionTls = {
  readonly protocol: string;
  readonly cipher: string;
  /** How the certificate was found right; `undefined`: it was not, or nobody asked. */
  readonly verified: "authority" | "dane" | undefined;
};

type Facts = {
  /** The last address that was tried; `undefined` when there was nothing to try. */
  readonly address: string | undefined;
  readonly tls: SessionTls | undefined;
  /** In connections made for this; none for a connection used again. */
  readonly tlsFailures: readonly TlsFailure[];
  /** Connections made for this that got as far as their policy asks. */
  readonly tlsSuccesses: number;
};

export type Delivered = Facts &
  (
    | {
        readonly kind: "answered";
        /** In the order of the envelope's. */
        readonly outcomes: readonly RecipientOutcome[];
        /** The host took RET, ENVID, NOTIFY and ORCPT; if not, it tells nobody of success (RFC 3461 section 5.2.2). */
        readonly dsnPassedOn: boolean;
      }
    /** No word on the message: the next host may be tried, and later this one. */
    | { readonly kind: "unreached"; readonly reply: RemoteReply }
    /**
     * This host cannot have the message, ever. The next may be tried; where none is left this is the end. Without a `code`
     * it takes part in the dialogue and it is this message that it cannot have; with one it takes nothing of us.
     */
    | { readonly kind: "unfit"; readonly reply: RemoteReply }
  );
