/** Whether an SRV record leads mail programs to the right host and port. */
import type { Resolver } from "../../host/resolver/answer.ts";
import { type DnsFinding, noAnswer, publish, right, toDo } from "./finding.ts";

export async function checkService(
  resolver: Resolver,
  { name, port, target }: { readonly name: string; readonly port: number; readonly target: string },
): Promise<DnsFinding> {
  const subject = `SRV ${name}`;
  const answer = await resolver.resolve(name, "SRV");
  if (answer.kind === "servfail" || answer.kind === "timeout") return noAnswer(subject, name);
  const records = answer.kind === "records" ? answer.records : [];
  if (records.some((record) => record.port === port && record.target === target))
    return right(subject, `${target}, port ${port}`);
  return toDo("should", subject, {
    wrong: records.length === 0 ? "there is none" : `none names port ${port} of ${target}`,
    costs: "people have to type the server's name and port into their clients",
    remedy: publish,
  });
}
