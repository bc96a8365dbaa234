/**
 * What a certificate says of its own use, for chains that end at a TLSA record's trust anchor (RFC 5280 section 4.2): as
 * far as Node does not tell it. A strict reader of DER, that knows few extensions; total.
 */

export type CertificateUse = {
  readonly isAuthority: boolean;
  /** How many intermediates may follow; `undefined` without limit (RFC 5280 section 4.2.1.9). */
  readonly pathLength: number | undefined;
  /** Absent or set (RFC 5280 section 4.2.1.3). */
  readonly maySignCertificates: boolean;
  /** A critical extension that is not understood here, or limits of names: such a certificate is not relied upon. */
  readonly hasUnknown: boolean;
};

type Piece = { readonly tag: number; readonly value: Uint8Array };

const SEQUENCE = 0x30;
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_ID = 0x06;
/** [3] EXPLICIT in TBSCertificate. */
const EXTENSIONS = 0xa3;

/** id-ce and its arcs: 2.5.29.n is written 55 1d n. */
const KEY_USAGE = "551d0f";
const BASIC_CONSTRAINTS = "551d13";
const NAME_CONSTRAINTS = "551d1e";
/** Subject alternative name, certificate policies, extended key usage: checked elsewhere, or without a say here. */
const HARMLESS: ReadonlySet<string> = new Set(["551d11", "551d20", "551d25"]);
const KEY_CERT_SIGN = 0x04;

/** `undefined` when the octets are no certificate. */
export function readCertificateUse(der: Uint8Array): CertificateUse | undefined {
  const [certificate, ...rest] = piecesOf(der) ?? [];
  if (certificate?.tag !== SEQUENCE || rest.length > 0) return undefined;
  const [signed] = piecesOf(certificate.value) ?? [];
  const fields = signed?.tag === SEQUENCE ? piecesOf(signed.value) : undefined;
  if (fields === undefined) return undefined;
  let use: CertificateUse = {
    isAuthority: false,
    pathLength: undefined,
    maySignCertificates: true,
    hasUnknown: false,
  };
  const wrapped = fields.find(({ tag }) => tag === EXTENSIONS);
  if (wrapped === undefined) return use;
  const [list] = piecesOf(wrapped.value) ?? [];
  const extensions = list?.tag === SEQUENCE ? piecesOf(list.value) : undefined;
  if (extensions === undefined) return undefined;
  for (const extension of extensions) {
    const read = readExtension(extension);
    if (read === undefined) return undefined;
    use = { ...use, ...saidBy(read) };
  }
  return use;
}

type Extension = { readonly id: string; readonly isCritical: boolean; readonly value: Uint8Array };

function readExtension({ tag, value }: Piece): Extension | undefined {
  const parts = tag === SEQUENCE ? piecesOf(value) : undefined;
  const [id, ...more] = parts ?? [];
  const critical = more[0]?.tag === BOOLEAN ? more.shift() : undefined;
  const [content, ...rest] = more;
  if (id?.tag !== OBJECT_ID || content?.tag !== OCTET_STRING || rest.length > 0) return undefined;
  return {
    id: Buffer.from(id.value).toString("hex"),
    isCritical: critical !== undefined && critical.value[0] !== 0,
    value: content.value,
  };
}

function saidBy({ id, isCritical, value }: Extension): Partial<CertificateUse> {
  if (id === BASIC_CONSTRAINTS) return basicConstraints(value) ?? { hasUnknown: true };
  if (id === KEY_USAGE) {
    const [bits] = piecesOf(value) ?? [];
    if (bits?.tag !== BIT_STRING) return { hasUnknown: true };
    return { maySignCertificates: ((bits.value[1] ?? 0) & KEY_CERT_SIGN) !== 0 };
  }
  if (id === NAME_CONSTRAINTS || (isCritical && !HARMLESS.has(id))) return { hasUnknown: true };
  return {};
}

function basicConstraints(value: Uint8Array): Partial<CertificateUse> | undefined {
  const [list] = piecesOf(value) ?? [];
  const parts = list?.tag === SEQUENCE ? piecesOf(list.value) : undefined;
  if (parts === undefined) return undefined;
  const [first, second] = parts[0]?.tag === BOOLEAN ? parts : [undefined, parts[0]];
  const isAuthority = first !== undefined && first.value[0] !== 0;
  if (second === undefined) return { isAuthority };
  // A length of more than one octet is no length of a chain anybody sends.
  return second.tag === INTEGER && second.value.length === 1 && (second.value[0] ?? 0) < 0x80
    ? { isAuthority, pathLength: second.value[0] }
    : undefined;
}

/** Cuts octets into the elements of DER that stand in them one after the other; `undefined` when they do not. */
function piecesOf(octets: Uint8Array): Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < octets.length) {
    const tag = octets[at] as number;
    let length = octets[at + 1];
    if (length === undefined || (tag & 0x1f) === 0x1f) return undefined;
    at += 2;
    if (length >= 0x80) {
      const count = length - 0x80;
      if (count === 0 || count > 3 || at + count > octets.length) return undefined;
      length = 0;
      for (const end = at + count; at < end; at++) length = length * 256 + (octets[at] as number);
    }
    if (at + length > octets.length) return undefined;
    pieces.push({ tag, value: octets.subarray(at, at + length) });
    at += length;
  }
  return pieces;
}
