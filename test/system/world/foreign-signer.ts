/** Signs mail as others do, with python3-dkim: what our verifier says of it is no agreement of ours with ourselves. */
import { generateKeyPairSync } from "node:crypto";
import { keyRecord } from "../../../src/rules/dkim/key-record.ts";
import { run } from "../program.ts";

/** The one that the distribution installs its packages for. */
const PYTHON = "/usr/bin/python3";
export const PYTHON_DKIM = "/usr/lib/python3/dist-packages/dkim/__init__.py";

const PROGRAM = `
import json, sys, dkim
given = json.load(sys.stdin)
octets = given["text"].encode("latin1")
names = [given[name].encode() for name in ("selector", "domain", "key")]
if given["server"]:
    added = b"".join(dkim.arc_sign(octets, *names, given["server"].encode()))
else:
    added = dkim.sign(octets, *names, canonicalize=(b"relaxed", b"relaxed"))
print(json.dumps((added + octets).decode("latin1")))
`;

export type ForeignSigner = {
  /** Lines of a zone file above the domain: the key's record. @param below the domain without the zone's name */
  record(below: string): string;
  /** The message, an octet a character, with a signature on top. */
  sign(text: string): Promise<string>;
  /** The same with an ARC set, that holds what the field Authentication-Results of that server says. */
  seal(text: string, server: string): Promise<string>;
};

const SELECTOR = "k1";
/** Signs of a string in a TXT record (RFC 1035 section 3.3.14). */
const STRING = 250;

export function foreignSigner(domain: string): ForeignSigner {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = privateKey.export({ type: "pkcs1", format: "pem" });
  const record = keyRecord({ algorithm: "rsa-sha256", publicKey: publicKey.export({ type: "spki", format: "der" }) });
  const ask = async (text: string, server: string): Promise<string> => {
    const given = { text, server, selector: SELECTOR, domain, key };
    return JSON.parse(await run(PYTHON, ["-c", PROGRAM], { input: JSON.stringify(given) })) as string;
  };
  return {
    record: (below) => {
      const strings = record.match(new RegExp(`.{1,${STRING}}`, "g")) ?? [];
      return `${SELECTOR}._domainkey.${below} TXT ${strings.map((text) => `"${text}"`).join(" ")}`;
    },
    sign: (text) => ask(text, ""),
    seal: ask,
  };
}
