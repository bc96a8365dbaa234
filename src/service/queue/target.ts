/**
 * Which mail in the queue an operator means: as people name it, turned into what the queue selects by. A message is named by
 * the first digits of its id, an account by any of its addresses, a destination by its domain.
 */
import type { Directory } from "../../store/directory.ts";
import { type DeliveryId, deliveryId } from "../../store/ids.ts";
import type { OutboundMail, Selection } from "../../store/outbound-queue.ts";
import { logInName } from "../accounts/log-in-name.ts";
import { aLabels } from "../dns/a-labels.ts";
import { allListed } from "./listed.ts";
import { placesOf } from "./optional-tls.ts";

export type DeskRefused = { readonly kind: "refused"; readonly sentence: string };

/** Which mail is meant; exactly one of them where something is done with it. */
export type Target = {
  /** A message: its id, or so many first digits of it that no other begins so. */
  readonly id?: string | undefined;
  readonly account?: string | undefined;
  readonly destination?: string | undefined;
  /** All that is in the queue. */
  readonly all?: boolean | undefined;
};

/** What a target stands for in the queue. */
export type Selections = readonly [Selection, ...Selection[]];

const FEWEST_DIGITS = 4;
const ALL_DIGITS = 32;

export type Targets = {
  readonly messageOf: (text: string) => Promise<Selections | DeskRefused>;
  readonly accountOf: (address: string) => Promise<Selections | DeskRefused>;
  /** Exactly one of its parts must be there. */
  readonly selectionsOf: (target: Target) => Promise<Selections | DeskRefused>;
};

export function createTargets({
  queue,
  directory,
}: {
  readonly queue: Pick<OutboundMail, "list">;
  readonly directory: Pick<Directory, "byAddress">;
}): Targets {
  const messageOf = async (text: string): Promise<Selections | DeskRefused> => {
    const digits = text.trim().toLowerCase();
    if (!/^[0-9a-f]+$/.test(digits) || digits.length > ALL_DIGITS)
      return refused("This is no id: it has up to 32 digits from 0 to f. The list of the queue shows them.");
    if (digits.length === ALL_DIGITS) return [{ kind: "message", id: deliveryId(digits) }];
    if (digits.length < FEWEST_DIGITS) return refused(`Give at least ${FEWEST_DIGITS} digits of the id.`);
    const found = new Set<DeliveryId>();
    for await (const { message } of allListed(queue, undefined)) {
      if (message.id.startsWith(digits)) found.add(message.id);
      if (found.size > 1) return refused("Several ids begin with these digits. Give more of them.");
    }
    const [id] = found;
    return id === undefined ? refused(NOTHING.message) : [{ kind: "message", id }];
  };

  const accountOf = async (address: string): Promise<Selections | DeskRefused> => {
    const account = await directory.byAddress(logInName(address.trim()));
    if (account === undefined)
      return refused("There is no account with this address. List the accounts to see which there are.");
    return [{ kind: "account", account: account.id }];
  };

  const everything = async (): Promise<Selections | DeskRefused> => {
    const places = new Set<string>();
    for await (const { destination } of allListed(queue, undefined)) places.add(destination);
    const [first, ...others] = Array.from(places, (destination) => ({ kind: "destination", destination }) as const);
    return first === undefined ? refused("Nothing is in the queue.") : [first, ...others];
  };

  const selectionsOf = async (target: Target): Promise<Selections | DeskRefused> => {
    const { id, account, destination, all } = target;
    if (Object.values(target).filter((one) => one !== undefined).length !== 1)
      return refused("Say which mail: the id of a message, an account, or a destination, one of them.");
    if (all === true) return everything();
    if (id !== undefined) return messageOf(id);
    return account === undefined ? onDestination(destination ?? "") : accountOf(account);
  };

  return { messageOf, accountOf, selectionsOf };
}

type OnDestination = Extract<Selection, { readonly kind: "destination" }>;

/** Mail for which TLS is optional is a stream of its own. */
export function onDestination(domain: string): readonly [OnDestination, OnDestination] | DeskRefused {
  // Who names one recipient must not hold or drop what is for all others there.
  if (domain.includes("@"))
    return refused("A destination is a whole domain, as it stands behind the @: leave out the rest of the address.");
  const [plain, apart] = placesOf(aLabels(domain.trim().replace(/\.$/, "")) ?? domain);
  return [
    { kind: "destination", destination: plain },
    { kind: "destination", destination: apart },
  ];
}

/** What is said where a selection is empty. */
export const NOTHING: Readonly<Record<Selection["kind"], string>> = {
  message: "No message with this id waits. What has left the queue stands in the record of its account for ten days.",
  account: "Nothing of this account is in the queue.",
  destination: "Nothing in the queue is for this destination. It is the domain of the recipients, behind the @.",
};

export const refused = (sentence: string): DeskRefused => ({ kind: "refused", sentence });
