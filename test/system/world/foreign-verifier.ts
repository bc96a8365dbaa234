/** Verifies both signatures of mail that we signed with python3-dkim, which agrees with nobody here. */
import { run } from "../program.ts";

/** The one that the distribution installs its packages for. */
export const PYTHON = "/usr/bin/python3";

const PROGRAM = `
import base64, json, sys, dkim
given = json.load(sys.stdin)
zone = given["zone"]
def lookup(name, timeout=5):
    return zone.get(name.decode().rstrip("."), "").encode()
def holds(text, n):
    try:
        return dkim.DKIM(base64.b64decode(text)).verify(idx=n, dnsfunc=lookup)
    except dkim.ValidationError:
        return False
print(json.dumps([[holds(text, n) for n in range(2)] for text in given["messages"]]))
`;

/**
 * Gives for each message whether its first and its second signature hold.
 * @param zone TXT records by name
 */
export async function bothSignatures(
  messages: readonly Uint8Array[],
  zone: Readonly<Record<string, string>>,
): Promise<readonly (readonly boolean[])[]> {
  const given = { zone, messages: messages.map((octets) => octets.toBase64()) };
  return JSON.parse(await run(PYTHON, ["-c", PROGRAM], { input: JSON.stringify(given) })) as readonly boolean[][];
}
