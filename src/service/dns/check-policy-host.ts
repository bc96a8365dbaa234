/** MTA-STS of a domain whose mail ends here: what the DNS announces, and the file that senders then get. */
import type { Resolver } from "../../host/resolver/answer.ts";
import { matchesPolicy, readPolicy, type StsPolicy } from "../../rules/mta-sts/policy.ts";
import { policyId } from "../../rules/mta-sts/policy-text.ts";
import { readPolicyId } from "../../rules/mta-sts/record.ts";
import type { FetchPolicy } from "../queue/route-sts.ts";
import { cannotSay, type DnsFinding, noAnswer, publish, right, toDo } from "./finding.ts";
import type { HostCertificate } from "./host-certificate.ts";

export type CheckedPolicy = {
  readonly resolver: Resolver;
  readonly domain: string;
  readonly hostName: string;
  /** The file as it should be. */
  readonly text: string;
  readonly fetch: FetchPolicy;
  readonly certificate: HostCertificate | undefined;
};

export async function checkPolicyHost(checked: CheckedPolicy): Promise<readonly DnsFinding[]> {
  const { resolver, domain, text } = checked;
  const subject = `MTA-STS of ${domain}`;
  const name = `_mta-sts.${domain}`;
  const answer = await resolver.resolve(name, "TXT");
  if (answer.kind === "servfail" || answer.kind === "timeout") return [noAnswer(subject, name)];
  const id = readPolicyId(answer.kind === "records" ? answer.records : []);
  if (id === undefined)
    return [
      toDo("should", subject, {
        wrong: answer.kind === "records" ? "the record cannot be read, or is one of several" : "there is no record",
        costs: "who stands between can take mail to us in the clear, unless its sender uses DANE",
        remedy: `${publish}, once the policy's file is served`,
      }),
    ];
  const fetched = await checked.fetch(domain);
  if (fetched.kind === "failed") return [unreachable(subject, domain, fetched.why)];
  const policy = readPolicy(fetched.text);
  if (policy === undefined)
    return [
      toDo("must", subject, {
        wrong: "a policy is announced, and its file cannot be read as one",
        costs: "senders report it as an error and use no policy",
        remedy: 'serve the text that "altmail dns print" shows',
      }),
    ];
  return [judgeId(subject, id, fetched.text, text, policy), judgeHost(checked, policy)];
}

const unreachable = (subject: string, domain: string, why: "fetch" | "webpki"): DnsFinding =>
  toDo("must", subject, {
    wrong:
      why === "webpki"
        ? `a policy is announced, and the certificate of mta-sts.${domain} is not right for that name`
        : `a policy is announced, and https://mta-sts.${domain}/.well-known/mta-sts.txt does not give it`,
    costs: "senders who know no earlier policy use none, and report it as an error; the earlier one cannot be changed",
    remedy: "serve the file with a certificate for that name, or take the record away until it is served",
  });

function judgeId(subject: string, id: string, served: string, wanted: string, { mode }: StsPolicy): DnsFinding {
  if (unified(served) !== unified(wanted))
    return toDo("should", subject, {
      wrong: "the file that is served is another one than the settings ask for",
      costs: "senders act by the one that is served",
      remedy: 'serve the text that "altmail dns print" shows, with its record',
    });
  if (id !== policyId(wanted))
    return toDo("should", subject, {
      wrong: "the record's id is not that of the policy's text",
      costs: "senders who know an earlier policy do not see that there is another one",
      remedy: publish,
    });
  return right(subject, mode === "testing" ? "testing: failures are reported, mail comes all the same" : mode);
}

const unified = (text: string): string => text.replaceAll("\r\n", "\n").trimEnd();

/** What senders hold against the policy when they come to our port 25 (RFC 8461 section 4.1). */
function judgeHost({ domain, hostName, certificate }: CheckedPolicy, policy: StsPolicy): DnsFinding {
  const subject = `MTA-STS of ${domain}: certificate of ${hostName}`;
  if (policy.mode === "none") return right(subject, "not asked for by the policy");
  const weight = policy.mode === "enforce" ? "must" : "should";
  const costs =
    policy.mode === "enforce"
      ? "senders who know the policy bring no mail, and return it after some days"
      : "senders report it as an error; with enforce they would bring no mail";
  if (!matchesPolicy(policy, hostName))
    return toDo(weight, subject, {
      wrong: `the policy's file does not name ${hostName} as mx`,
      costs,
      remedy: 'serve the text that "altmail dns print" shows',
    });
  if (certificate === undefined)
    return cannotSay(subject, "the certificate file cannot be read: correct tls.certificate");
  if (!certificate.bears(hostName))
    return toDo(weight, subject, {
      wrong: "it does not bear the name",
      costs,
      remedy: `get a certificate for ${hostName} from an authority that mail servers know`,
    });
  if (certificate.authority === undefined)
    return cannotSay(subject, "it bears the name; whether other mail servers know its authority is not known here");
  return right(subject, "bears the name, from an authority that mail servers know");
}
