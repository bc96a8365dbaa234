/**
 * A certificate authority for a lab: made at the first start, kept, so that a mail client trusts it once. Issues the
 * server's certificate (P-256, for localhost, both loopback addresses and the names given) and issues it anew when it
 * nears its end or its names change. Nothing here is for production, where certificates come from an authority.
 */
import "reflect-metadata";
import { createPrivateKey, type KeyObject, webcrypto, X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type Clock, DAY, HOUR } from "../clock.ts";
import type { CertificateFiles } from "./server-tls.ts";

export type LabCertificates = CertificateFiles & { readonly authorityFile: string };

const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGN = { name: "ECDSA", hash: "SHA-256" } as const;
const AUTHORITY_AGE_MS = 3650 * DAY;
/** Apple's clients take no longer-lived server certificates. */
const SERVER_AGE_MS = 397 * DAY;
const RENEW_BEFORE_MS = 30 * DAY;

/** Makes or finds the lab's authority and server certificate in `folder`. */
export async function openLabAuthority(
  folder: string,
  names: readonly string[],
  clock: Clock,
): Promise<LabCertificates> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = {
    authorityFile: join(folder, "lab-ca.pem"),
    certificateFile: join(folder, "server.pem"),
    certificateKeyFile: join(folder, "server.key"),
  };
  const authorityKeyFile = join(folder, "lab-ca.key");
  const wanted = [...new Set(["localhost", "127.0.0.1", "::1", ...names])];
  const authority =
    (await readAuthority(files.authorityFile, authorityKeyFile, clock)) ??
    (await makeAuthority(files.authorityFile, authorityKeyFile, clock));
  if (!(await isUsable(files, authority.certificate, wanted, clock))) await issue(files, authority, wanted, clock);
  return files;
}

type Authority = { readonly certificate: X509Certificate; readonly key: KeyObject };

async function readAuthority(certificateFile: string, keyFile: string, clock: Clock): Promise<Authority | undefined> {
  const certificate = await readCertificate(certificateFile);
  const pem = await readIfThere(keyFile);
  if (certificate === undefined || pem === undefined || !lasts(certificate, clock)) return undefined;
  const key = createPrivateKey(pem);
  return certificate.checkPrivateKey(key) ? { certificate, key } : undefined;
}

async function makeAuthority(certificateFile: string, keyFile: string, clock: Clock): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: "CN=AltMail lab authority",
    keys,
    signingAlgorithm: SIGN,
    notBefore: new Date(clock.now() - HOUR),
    notAfter: new Date(clock.now() + AUTHORITY_AGE_MS),
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await put(keyFile, await pemOf(keys.privateKey), 0o600);
  await put(certificateFile, `${made.toString("pem")}\n`, 0o644);
  return {
    certificate: new X509Certificate(made.toString("pem")),
    key: createPrivateKey(await pemOf(keys.privateKey)),
  };
}

async function isUsable(
  files: CertificateFiles,
  authority: X509Certificate,
  wanted: readonly string[],
  clock: Clock,
): Promise<boolean> {
  const certificate = await readCertificate(files.certificateFile);
  const key = await readIfThere(files.certificateKeyFile);
  if (certificate === undefined || key === undefined || !lasts(certificate, clock)) return false;
  const covers = (name: string): boolean =>
    (isIP(name) > 0 ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  return (
    certificate.verify(authority.publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(key)) &&
    wanted.every(covers)
  );
}

async function issue(
  files: CertificateFiles,
  authority: Authority,
  names: readonly string[],
  clock: Clock,
): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(P256, true, ["sign", "verify"]);
  const signingKey = authority.key.toCryptoKey(P256, false, ["sign"]);
  const authorityKey = await webcrypto.subtle.importKey(
    "spki",
    authority.certificate.publicKey.export({ type: "spki", format: "der" }),
    P256,
    true,
    ["verify"],
  );
  const made = await X509CertificateGenerator.create({
    subject: "CN=AltMail lab",
    issuer: "CN=AltMail lab authority",
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: SIGN,
    notBefore: new Date(clock.now() - HOUR),
    notAfter: new Date(clock.now() + SERVER_AGE_MS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) > 0 ? ("ip" as const) : ("dns" as const), value })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(authorityKey),
    ],
  });
  await put(files.certificateKeyFile, await pemOf(keys.privateKey), 0o600);
  await put(files.certificateFile, `${made.toString("pem")}\n${authority.certificate.toString()}`, 0o644);
}

const lasts = (certificate: X509Certificate, clock: Clock): boolean =>
  certificate.validToDate.getTime() - clock.now() > RENEW_BEFORE_MS;

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

async function readCertificate(file: string): Promise<X509Certificate | undefined> {
  const pem = await readIfThere(file);
  return pem === undefined ? undefined : new X509Certificate(pem);
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function put(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text, { mode });
  await rename(`${file}.new`, file);
}
