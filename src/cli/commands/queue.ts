/**
 * The commands on the queue of mail to the world. They show envelope and state of what waits, never content; the list
 * counts recipients, and only who looks at one message sees their addresses. What has left is behind `altmail sent`.
 */
import { type Clock, systemClock } from "../../host/clock.ts";
import { createQueueDesk, type Acted, type QueueDesk } from "../../service/queue/desk.ts";
import type { TallyBy } from "../../service/queue/tally.ts";
import type { DeskRefused, Target } from "../../service/queue/target.ts";
import {
  type Argument,
  done,
  type Given,
  type Operator,
  type Option,
  type Outcome,
  type StoreCommand,
  text,
} from "../command.ts";
import { limitOf, limitOption, wrongLimit } from "../limit-option.ts";
import {
  type ActedText,
  droppedText,
  heldText,
  type ListedParts,
  listText,
  many,
  messageText,
  releasedText,
  retriedText,
  type ShownMessage,
} from "./queue-text.ts";
import { type TallyText, tallyText } from "./queue-tally-text.ts";
import { watchQueue } from "./queue-watch.ts";

const id: Argument = {
  name: "id",
  summary: "a message: the first four digits of its id are enough, or more where several begin so",
};
const anId: Argument = { ...id, optional: true };
const account: Option = { name: "account", value: "ADDRESS", summary: "mail that this account submitted" };
const destination: Option = { name: "destination", value: "DOMAIN", summary: "mail for recipients at this domain" };
const which = [account, destination];
const all: Option = { name: "all", summary: "all mail that waits, as after an outage of ours" };
const yes: Option = { name: "yes", summary: "confirm that this is meant" };
const limit = limitOption("so many at most; 50 when not given");

const DEFAULT_LIMIT = 50;
const PARTS = "A part is a message for one destination.";

/** `clock` says how long ago and how soon things are. */
export function createQueueCommands(clock: Clock): readonly StoreCommand[] {
  const deskOf = ({ outbound, directory, schedule, wakeQueue }: Operator): QueueDesk =>
    createQueueDesk({ queue: outbound, directory, clock, wake: wakeQueue, lifeMs: schedule.lifeMs });
  const act =
    (verb: "retry" | "hold" | "release"): StoreCommand["work"] =>
    async (operator, given) => {
      const { isServing } = operator;
      return outcome(await deskOf(operator)[verb](targetOf(given)), isServing);
    };

  return [
    {
      name: "queue list",
      where: "stores",
      access: "content-free",
      summary: "List what waits to go to the world: sender, destination, state; never what is in a mail",
      description: `${PARTS} With --account and --destination both must fit. TIME LEFT ends when a part is given up and its sender told; "docs/queue.md" explains the rest.`,
      arguments: [],
      options: [
        ...which,
        {
          name: "by",
          value: "destination|account",
          summary: "count instead of listing: where most of it lies, and how old",
        },
        limit,
      ],
      examples: [
        "altmail queue list --home var",
        "altmail queue list --destination example.net --limit 500 --home var",
        "altmail queue list --by destination --home var",
      ],
      wrong: (given) =>
        given["by"] === undefined || isBy(text(given, "by")) ? wrongLimit(given) : "--by takes destination or account",
      async work(operator, given) {
        const most = limitOf(given, DEFAULT_LIMIT) ?? DEFAULT_LIMIT;
        const by = text(given, "by");
        if (isBy(by)) {
          const counted = await deskOf(operator).tally(targetOf(given), by, most);
          return "sentence" in counted
            ? refused(counted.sentence)
            : done({ ...counted, now: clock.now() } satisfies TallyText);
        }
        const listing = await deskOf(operator).list(targetOf(given), most);
        if ("sentence" in listing) return refused(listing.sentence);
        const parts = listing.parts.map(({ recipients, ...part }) => {
          const reply = recipients.findLast((one) => one.reply !== undefined)?.reply;
          return { ...part, recipients: recipients.length, reply };
        });
        return done({ ...listing, now: clock.now(), parts } satisfies ListedParts);
      },
      show: (value: ListedParts | TallyText) => ("groups" in value ? tallyText(value) : listText(value)),
    },
    {
      name: "queue show",
      where: "stores",
      access: "content-free",
      summary: "Show the envelope of a message that waits, and what was heard about each recipient",
      arguments: [id],
      options: [],
      examples: ["altmail queue show 3fa9c2 --home var"],
      async work(operator, given) {
        const shown = await deskOf(operator).show(text(given, "id"));
        if ("sentence" in shown) return refused(shown.sentence);
        return done({ now: clock.now(), parts: shown } satisfies ShownMessage);
      },
      show: messageText,
    },
    {
      name: "queue retry",
      where: "stores",
      access: "content-free",
      summary: "Make due now what waits for its time, or for a destination that rests",
      description:
        "What is held stays held. A host that asked for less is left alone until its time all the same: the list says so.",
      arguments: [anId],
      options: [...which, all],
      examples: [
        "altmail queue retry --destination example.net --home var",
        "altmail queue retry 3fa9c2 --home var",
        "altmail queue retry --all --home var",
      ],
      wrong: (given) => wrongTarget(given, ", or --all"),
      work: act("retry"),
      show: retriedText,
    },
    {
      name: "queue hold",
      where: "stores",
      access: "content-free",
      summary: "Keep what is in the queue until it is released",
      description:
        'Holds what is there now; to stop what an account sends from now on there is "account pause". What is held is returned ten days after it was submitted, and its sender told.',
      arguments: [anId],
      options: which,
      examples: ["altmail queue hold --destination example.net --home var", "altmail queue hold 3fa9c2 --home var"],
      wrong: wrongTarget,
      work: act("hold"),
      show: heldText,
    },
    {
      name: "queue release",
      where: "stores",
      access: "content-free",
      summary: "Let go what was held by queue hold",
      description:
        'It is due at once, and tried for a day at least. What is held because its account may not send goes by "account resume", within five minutes, or at once by this command.',
      arguments: [anId],
      options: which,
      examples: ["altmail queue release --destination example.net --home var"],
      wrong: wrongTarget,
      work: act("release"),
      show: releasedText,
    },
    {
      name: "queue drop",
      where: "stores",
      access: "content-free",
      summary: "Throw away what waits; its sender gets no report",
      description:
        "For mail that nobody should get, as from a robbed account. The record of what was sent says dropped.",
      arguments: [anId],
      options: [...which, yes],
      examples: ["altmail queue drop --account ada@example.org --yes --home var"],
      wrong: wrongTarget,
      async work(operator, given) {
        const desk = deskOf(operator);
        const target = targetOf(given);
        if (given["yes"] === true) return outcome(await desk.drop(target), operator.isServing);
        const found = await desk.look(target);
        if ("sentence" in found) return refused(found.sentence);
        return refused(
          `this throws away ${many(found.parts, "part")} for ${many(found.recipients, "recipient")} for good, and tells nobody: repeat it with --yes`,
        );
      },
      show: droppedText,
    },
    {
      name: "queue watch",
      where: "stores",
      access: "content-free",
      summary: "Show the sums of the queue and what leaves, waits or fails, as it happens, until Ctrl-C",
      description: "Looks once a second and tells what has changed: counts, hosts and codes, nobody's address.",
      arguments: [],
      options: [],
      examples: ["altmail queue watch --home var"],
      async work({ outbound, logs, isServing }, given, report) {
        // A home that is held open would keep the service from starting.
        if (!isServing)
          return refused('no service runs here, so there is nothing to watch: start it with "altmail serve"');
        await watchQueue({ queue: outbound, logs, clock }, report, given["json"] === true);
        return done(undefined);
      },
      show: () => "",
    },
  ];
}

export const queueCommands: readonly StoreCommand[] = createQueueCommands(systemClock);

const isBy = (by: string): by is TallyBy => by === "destination" || by === "account";

/** One of them: none would be all, and of two nobody can say whether both must fit. */
function wrongTarget(given: Given, more = ""): string | undefined {
  const named = Object.values(targetOf(given)).filter((one) => one !== undefined);
  return named.length === 1
    ? undefined
    : `say which mail: the id of a message, --account or --destination${more}, one of them`;
}

function targetOf(given: Given): Target {
  const or = (name: string): string | undefined => text(given, name) || undefined;
  return {
    id: or("id"),
    account: or("account"),
    destination: or("destination"),
    all: given["all"] === true || undefined,
  };
}

const outcome = (result: Acted | DeskRefused, isServing: boolean): Outcome =>
  "sentence" in result ? refused(result.sentence) : done({ ...result, isServing } satisfies ActedText);
const refused = (sentence: string): Outcome => ({ kind: "refused", sentence });
