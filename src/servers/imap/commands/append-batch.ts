/**
 * The messages of one APPEND between their arrival and their commit, and the bounds on them (limits.ts). RFC 3502: all or
 * none are kept.
 */
import type { Intake } from "../../../service/delivery/intake.ts";
import { contentOf } from "../../../store/content-of.ts";
import type { ContentSource, NewMail } from "../../../store/mail-store.ts";
import type { ImapLimits } from "../limits.ts";
import { no, overQuota, type Reply } from "../reply.ts";

export class AppendBatch implements AsyncDisposable {
  readonly #makeIntake: () => Intake;
  readonly #limits: ImapLimits;
  readonly #roomBytes: number;
  readonly #intakes = new AsyncDisposableStack();
  readonly #mails: NewMail[] = [];
  #octets = 0;
  #memoryBytes = 0;

  constructor(
    makeIntake: () => Intake,
    limits: ImapLimits,
    usage: { readonly octets: number; readonly quotaBytes: number },
  ) {
    this.#makeIntake = makeIntake;
    this.#limits = limits;
    this.#roomBytes = usage.quotaBytes - usage.octets;
  }

  get mails(): readonly NewMail[] {
    return this.#mails;
  }

  /** Why a message of this size is not wanted, and with it none of the batch; undefined when it is. */
  refusal(size: number): Reply | undefined {
    const { maxAppendBytes, maxAppendMessages, maxAppendTotalBytes, maxAppendMemoryBytes } = this.#limits;
    if (size > maxAppendBytes) return no("TOOBIG", `A message may have ${maxAppendBytes} octets at most`);
    if (size === 0) return no("CANNOT", "A message of no octets is not kept");
    if (this.#octets + size > this.#roomBytes) return overQuota;
    if (this.#mails.length === 0) return undefined;
    const isMuch = this.#octets + size > maxAppendTotalBytes || this.#memoryBytes >= maxAppendMemoryBytes;
    return isMuch || this.#mails.length >= maxAppendMessages
      ? no("LIMIT", "Append fewer messages at a time")
      : undefined;
  }

  /** For the next message; disposed with the batch. */
  intake(): Intake {
    return this.#intakes.use(this.#makeIntake());
  }

  /** Adds the message that `intake` has taken whole. */
  async add(intake: Intake, how: Pick<NewMail, "flags" | "internalDate" | "zoneMinutes">): Promise<void> {
    const { content, derived } = await intake.finish();
    // An intake has more room than a small message needs: of many only the octets are held.
    const held = this.#mails.length === 0 ? content : compact(content);
    this.#mails.push({ content: held, derived, ...how });
    this.#octets += content.size;
    this.#memoryBytes += (content.bytes?.length ?? 0) + derived.text.length;
    if (held !== content) await intake[Symbol.asyncDispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#intakes.disposeAsync();
  }
}

function compact(content: ContentSource): ContentSource {
  return content.bytes === undefined ? content : contentOf(new Uint8Array(content.bytes));
}
