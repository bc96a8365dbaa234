/**
 * Commands that belong together, and their replies in order: many on their way at once where the host offers PIPELINING
 * (RFC 2920 section 3.1), one after the other where not.
 */
import type { SmtpClientLimits } from "./limits.ts";
import { isDone } from "./remote-reply.ts";
import type { Heard, Wire } from "./wire.ts";

export type Exchange = {
  readonly mail: Heard;
  /** As many as were sent, in order; the last may be a loss. */
  readonly rcpts: readonly Heard[];
  /** `undefined`: not sent. */
  readonly data: Heard | undefined;
};

/** @param data whether DATA is said behind the recipients. Without one of them it is not, unless it was on its way. */
export async function exchange(
  wire: Wire,
  commands: { readonly mail: string; readonly rcpts: readonly string[]; readonly data: boolean },
  pipelining: boolean,
  limits: SmtpClientLimits,
): Promise<Exchange> {
  const lines = [commands.mail, ...commands.rcpts, ...(commands.data ? ["DATA\r\n"] : [])];
  const dataAt = commands.data ? lines.length - 1 : lines.length;
  const heard: Heard[] = [];
  let sent = 0;
  let unanswered = 0;
  const isEnough = (): boolean => {
    const mail = heard[0];
    if (mail !== undefined && !isDone(mail)) return true;
    return sent === dataAt && heard.length === sent && !heard.slice(1).some(isDone);
  };
  for (;;) {
    const batch: string[] = [];
    while (sent < lines.length && !isEnough()) {
      const line = lines[sent] as string;
      const fits = pipelining && unanswered + line.length <= limits.maxPipelinedBytes;
      if (heard.length !== sent && !fits) break;
      batch.push(line);
      unanswered += line.length;
      sent++;
    }
    if (batch.length > 0) wire.write(batch.join(""));
    if (heard.length === sent) break;
    const next = await wire.hear(heard.length === dataAt ? limits.dataTimeoutMs : limits.commandTimeoutMs);
    unanswered -= (lines[heard.length] as string).length;
    heard.push(next);
    if (next.kind === "lost") break;
  }
  const [mail = { kind: "lost", why: "closed" }, ...rest] = heard;
  return { mail, rcpts: rest.slice(0, commands.rcpts.length), data: commands.data ? heard[dataAt] : undefined };
}
