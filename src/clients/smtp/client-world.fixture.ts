/** A client and messages for tests of this folder. */
import type { ContentSource } from "../../store/mail-store.ts";
import { FakeClock } from "../../../test/world/fake-clock.ts";
import { createSmtpClient, type SmtpClient, type SmtpClientOptions } from "./client.ts";
import type { Delivered, Envelope, RelayHost } from "./delivered.ts";
import { smtpClientLimits } from "./limits.ts";

export const MESSAGE = "Subject: hello\r\n\r\nText\r\n.dot\r\n";

export type World = AsyncDisposable & { readonly clock: FakeClock; readonly client: SmtpClient };

export function createWorld(
  options: Partial<Omit<SmtpClientOptions, "limits">> & { readonly limits?: Partial<SmtpClientOptions["limits"]> } = {},
): World {
  const clock = new FakeClock("2026-11-21T12:00:00Z");
  const client = createSmtpClient({
    name: "out.example.org",
    clock,
    verifyDane: () => {
      throw new Error("nobody asked for DANE");
    },
    ...options,
    limits: { ...smtpClientLimits, ...options.limits },
  });
  return { clock, client, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

export function hostAt(port: number, more: Partial<RelayHost> = {}): RelayHost {
  return {
    name: "mx.example.net",
    addresses: ["127.0.0.1"],
    tls: { kind: "opportunistic" },
    nameIsSure: false,
    port,
    ...more,
  };
}

export function envelopeTo(addresses: readonly string[], more: Partial<Envelope> = {}): Envelope {
  return {
    sender: "ann@example.org",
    body: "7BIT",
    smtpUtf8: false,
    tlsWish: "policy",
    ret: undefined,
    envid: undefined,
    recipients: addresses.map((address) => ({ address, notify: undefined, orcpt: undefined })),
    ...more,
  };
}

/** @param text an octet a character. @param pieces as they come, when not all are in memory. */
export function contentOf(text: string, pieces?: readonly string[]): ContentSource {
  const bytes = Buffer.from(text, "latin1");
  return {
    size: bytes.length,
    bytes: pieces === undefined ? bytes : undefined,
    async *pieces() {
      for (const piece of pieces ?? [text]) yield Buffer.from(piece, "latin1");
    },
  };
}

/** Each outcome as `kind code enhanced`, or the host's. */
export function short(delivered: Delivered): readonly string[] {
  const told = delivered.kind === "answered" ? delivered.outcomes : [delivered];
  return told.map(({ kind, reply }) => `${kind} ${reply.code ?? "-"} ${reply.enhanced}`);
}
