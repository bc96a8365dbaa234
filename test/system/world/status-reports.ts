/** Reads delivery status notifications (RFC 3464) with Python's email package, which knows nothing of us. */
import { run } from "../program.ts";

/** The one that the distribution installs its packages for. */
const PYTHON = "/usr/bin/python3";

/** Fields by name in lower case. */
type Fields = Readonly<Record<string, string>>;
export type StatusReport = {
  readonly header: Fields;
  /** What is wrong with its form, as Python finds it. */
  readonly defects: readonly string[];
  readonly types: readonly string[];
  readonly text: string;
  readonly message: Fields;
  readonly recipients: readonly Fields[];
  /** What is returned of the message. */
  readonly returned: string;
};

const READER = `
import base64, email, email.policy, json, sys
def fields(part):
    return {name.lower(): " ".join(str(value).split()) for name, value in part.items()}
reports = []
for text in json.load(sys.stdin):
    whole = email.message_from_bytes(base64.b64decode(text), policy=email.policy.compat32)
    parts = whole.get_payload()
    status = parts[1].get_payload()
    if parts[1].get_content_type() == "message/global-delivery-status":
        groups = parts[1].as_bytes().decode("utf-8").replace("\\r\\n", "\\n").strip().split("\\n\\n")[1:]
        status = [email.message_from_string(group) for group in groups]
    returned = parts[2].get_payload()
    reports.append({
        "header": fields(whole),
        "defects": [type(one).__name__ for part in whole.walk() for one in part.defects],
        "types": [whole.get_content_type() + "; " + str(whole.get_param("report-type"))] + [part.get_content_type() for part in parts],
        "text": parts[0].get_payload(decode=True).decode("utf-8"),
        "message": fields(status[0]),
        "recipients": [fields(group) for group in status[1:]],
        "returned": returned if isinstance(returned, str) else returned[0].as_string(),
    })
print(json.dumps(reports))
`;

export async function readStatusReports(messages: readonly string[]): Promise<readonly StatusReport[]> {
  const input = JSON.stringify(messages.map((text) => Buffer.from(text, "latin1").toString("base64")));
  return JSON.parse(await run(PYTHON, ["-c", READER], { input })) as readonly StatusReport[];
}
