/**
 * The queue counted by destination or by account: where most of it lies, and since when. Goes through all of it and keeps a
 * bounded number of groups; what is of further ones is counted together.
 */
import type { ListedItem } from "../../store/outbound-queue.ts";
import { domainOfPlace } from "./optional-tls.ts";

export type TallyBy = "destination" | "account";

export type Counts = {
  readonly parts: number;
  readonly recipients: number;
  /** Parts. */
  readonly held: number;
  /** When the oldest was submitted; epoch milliseconds. */
  readonly oldestAt: number;
};

/** `key`: a domain, or the id of an account, empty for the service itself. */
export type Group = Counts & { readonly key: string };

export type Tallied = {
  /** Most parts first. */
  readonly groups: readonly Group[];
  /** What is of groups beyond those that are kept. */
  readonly beyond: Counts | undefined;
};

/** Some hundred octets each. */
const MOST_GROUPS = 50_000;

export async function tally(
  items: AsyncIterable<ListedItem>,
  by: TallyBy,
  most: number = MOST_GROUPS,
): Promise<Tallied> {
  const groups = new Map<string, Group>();
  let beyond: Counts | undefined;
  for await (const item of items) {
    const key = by === "destination" ? domainOfPlace(item.destination) : (item.message.account ?? "");
    const known = groups.get(key);
    if (known !== undefined || groups.size < most) groups.set(key, { key, ...counted(known, item) });
    else beyond = counted(beyond, item);
  }
  const sorted = [...groups.values()].toSorted((a, b) => b.parts - a.parts || a.oldestAt - b.oldestAt);
  return { groups: sorted, beyond };
}

function counted(before: Counts | undefined, { message, recipients, state }: ListedItem): Counts {
  const { parts = 0, recipients: already = 0, held = 0, oldestAt = message.submittedAt } = before ?? {};
  return {
    parts: parts + 1,
    recipients: already + recipients.length,
    held: held + (state === "held" ? 1 : 0),
    oldestAt: Math.min(oldestAt, message.submittedAt),
  };
}
