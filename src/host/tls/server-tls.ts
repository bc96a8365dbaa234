/**
 * The service's certificate as TLS contexts for listeners: TLS 1.2 and newer (RFC 8996 section 5 retires the older),
 * the default groups with the post-quantum one first, session tickets (RFC 5077, RFC 8446 section 4.6.1) under keys
 * that all workers share. Reloading replaces the context for new handshakes; sessions that run are not touched.
 */
import { constants, createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { CertificateError } from "./certificate-error.ts";

export type CertificateFiles = {
  /** PEM: the server's certificate first, then those of its issuers. */
  readonly certificateFile: string;
  /** PEM, unencrypted. */
  readonly certificateKeyFile: string;
};

export type CertificateFacts = { readonly validUntil: Date; readonly names: readonly string[] };

export class ServerTls {
  readonly #files: CertificateFiles;
  #loaded: Loaded;
  #ticketKeys: Uint8Array;
  #context: SecureContext;

  /** @param ticketKeys 48 random octets, the same in all workers. @throws CertificateError. */
  constructor(files: CertificateFiles, ticketKeys: Uint8Array) {
    this.#files = files;
    this.#ticketKeys = ticketKeys;
    this.#loaded = load(files);
    this.#context = makeContext(this.#loaded, ticketKeys);
  }

  get facts(): CertificateFacts {
    return this.#loaded.facts;
  }

  /** The context for the next handshake; the form that a listener takes. */
  readonly current = (): SecureContext => this.#context;

  /** Reads the files again. @throws CertificateError and keeps what it had. */
  reload(): CertificateFacts {
    const loaded = load(this.#files);
    this.#context = makeContext(loaded, this.#ticketKeys);
    this.#loaded = loaded;
    return loaded.facts;
  }

  /** Takes new ticket keys, daily; tickets under the old ones lead to a full handshake. */
  setTicketKeys(ticketKeys: Uint8Array): void {
    this.#context = makeContext(this.#loaded, ticketKeys);
    this.#ticketKeys = ticketKeys;
  }
}

/** Reads certificate and key as a listener would, to say early what is wrong with them. @throws CertificateError. */
export function checkCertificate(files: CertificateFiles): CertificateFacts {
  return load(files).facts;
}

type Loaded = { readonly certificate: Buffer; readonly key: Buffer; readonly facts: CertificateFacts };

function load(files: CertificateFiles): Loaded {
  const certificate = read(files.certificateFile, "certificate");
  const key = read(files.certificateKeyFile, "key");
  const parsed = parse(files.certificateFile, "certificate", () => new X509Certificate(certificate));
  const secret = parse(files.certificateKeyFile, "key", () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(secret))
    throw new CertificateError(
      `the key in ${files.certificateKeyFile} does not belong to the certificate in ${files.certificateFile}: give both files of one certificate, the server's own certificate first`,
    );
  const validUntil = new Date(parsed.validTo);
  const names = (parsed.subjectAltName ?? "").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""));
  return { certificate, key, facts: { validUntil, names } };
}

function read(file: string, what: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    const why =
      code === "ENOENT" ? "does not exist" : code === "EACCES" ? "may not be read by this user" : "cannot be read";
    throw new CertificateError(`the TLS ${what} file ${file} ${why}: correct its path or its rights`, { cause });
  }
}

function parse<T>(file: string, what: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (cause) {
    const wanted = what === "key" ? "an unencrypted private key" : "a certificate";
    throw new CertificateError(`the TLS ${what} file ${file} does not hold ${wanted} in PEM form`, { cause });
  }
}

function makeContext(loaded: Loaded, ticketKeys: Uint8Array): SecureContext {
  if (ticketKeys.length !== 48) throw new RangeError("ticket keys have 48 octets");
  return createSecureContext({
    cert: loaded.certificate,
    key: loaded.key,
    minVersion: "TLSv1.2",
    honorCipherOrder: true,
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    sessionIdContext: "altmail",
    ticketKeys: Buffer.from(ticketKeys),
  });
}
