/** Reads mailed reports on TLS (RFC 8460 section 5.3) as somebody else's program: Python's email, gzip and json, and python3-dkim. */
import { run } from "../program.ts";
import { PYTHON } from "./foreign-verifier.ts";

export type MailedReport = {
  /** By name in lower case, unfolded. */
  readonly header: Readonly<Record<string, string>>;
  /** Media types of the whole and of its parts, and what is wrong with the form. */
  readonly types: readonly string[];
  readonly reportType: string;
  readonly defects: readonly string[];
  readonly fileName: string;
  /** The file as it was attached, in base64. */
  readonly file: string;
  /** What is in it: I-JSON (RFC 8460 section 4), in which no name stands twice. */
  readonly report: unknown;
  /** Each signature's tags, and whether it holds under the rules for such reports. */
  readonly signatures: readonly { readonly tags: Readonly<Record<string, string>>; readonly holds: boolean }[];
};

const READER = `
import base64, email, gzip, json, re, sys, dkim
given = json.load(sys.stdin)
zone = given["zone"]
# Its clock is the test's.
dkim.time.time = lambda: given["now"] / 1000
def lookup(name, timeout=5):
    return zone.get(name.decode().rstrip("."), "").encode()
def once(pairs):
    names = [name for name, value in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)
def holds(octets, n):
    try:
        return dkim.DKIM(octets, tlsrpt=True).verify(idx=n, dnsfunc=lookup)
    except dkim.DKIMException:
        return False
def tags(field):
    return dict(part.split("=", 1) for part in re.sub(r"\\s+", "", str(field)).split(";") if part)
reports = []
for text in given["messages"]:
    octets = base64.b64decode(text)
    whole = email.message_from_bytes(octets)
    parts = whole.get_payload()
    file = parts[1].get_payload(decode=True)
    fields = whole.get_all("DKIM-Signature", [])
    reports.append({
        "header": {name.lower(): " ".join(str(value).split()) for name, value in whole.items()},
        "types": [one.get_content_type() for one in whole.walk()],
        "reportType": whole.get_param("report-type"),
        "defects": [type(one).__name__ for part in whole.walk() for one in part.defects],
        "fileName": parts[1].get_filename(),
        "file": base64.b64encode(file).decode(),
        "report": json.loads(gzip.decompress(file).decode("utf-8"), object_pairs_hook=once),
        "signatures": [{"tags": tags(field), "holds": holds(octets, n)} for n, field in enumerate(fields)],
    })
print(json.dumps(reports))
`;

/**
 * @param zone TXT records by name
 * @param now epoch milliseconds: no signature of tomorrow holds
 */
export async function readMailedReports(
  messages: readonly string[],
  zone: Readonly<Record<string, string>>,
  now: number,
): Promise<readonly MailedReport[]> {
  const input = { zone, now, messages: messages.map((text) => Buffer.from(text, "latin1").toString("base64")) };
  return JSON.parse(await run(PYTHON, ["-c", READER], { input: JSON.stringify(input) })) as readonly MailedReport[];
}
