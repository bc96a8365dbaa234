/** Which lines of the log are meant: by time, event, account, session, and by what is known of the client. */
import { BlockList, isIP } from "node:net";
import { type EventName, events } from "../../host/events/events.ts";
import type { AccountId } from "../../store/ids.ts";
import { fieldKind, type LogEntry } from "./log-entry.ts";

export type LogFilter = {
  /** Epoch milliseconds. */
  readonly since?: number | undefined;
  /** Epoch milliseconds; not itself meant. */
  readonly until?: number | undefined;
  /** A name, or its first words: `imap` means `imap.command` as well. */
  readonly event?: string | undefined;
  readonly account?: AccountId | undefined;
  readonly session?: string | undefined;
  /** A client's address, a network of them (`192.0.2.0/24`), or part of any name it gave. */
  readonly client?: string | undefined;
};

const MAX_REMEMBERED = 10_000;

export type LineFilter = {
  /** Whether a line may match, as far as is seen without parsing it. */
  readonly line: (line: string) => boolean;
  readonly entry: (entry: LogEntry) => boolean;
};

export function filterOf({ since = 0, until, event, account, session, client }: LogFilter): LineFilter {
  const end = until ?? Number.POSITIVE_INFINITY;
  const needles = [account, session, event]
    .filter((needle) => needle !== undefined)
    .map((needle) => JSON.stringify(needle).slice(0, needle === event ? -1 : undefined));
  const isClient = client === undefined ? undefined : clientFilter(client);
  return {
    line: (line) => needles.every((needle) => line.includes(needle)),
    entry: (entry) =>
      entry.at >= since &&
      entry.at < end &&
      (event === undefined || entry.event === event || entry.event.startsWith(`${event}.`)) &&
      (account === undefined || entry.fields["account"] === account) &&
      (session === undefined || entry.fields["session"] === session) &&
      (isClient === undefined || personalTexts(entry).some(isClient)),
  };
}

/** Whether there is an event of this name, or some whose names begin with it. */
export function isEventName(name: string): boolean {
  return (Object.keys(events) as EventName[]).some((event) => event === name || event.startsWith(`${name}.`));
}

/** Whether this names a client, a network, or a part of a name: a network must be one. */
export function isClientName(client: string): boolean {
  return client !== "" && (!/^[0-9a-f:.]+\/\d+$/i.test(client) || networkOf(client) !== undefined);
}

function personalTexts({ event, fields }: LogEntry): readonly string[] {
  return Object.entries(fields).flatMap(([field, value]) =>
    typeof value === "string" && fieldKind(event, field) === "personal" ? [value] : [],
  );
}

function clientFilter(client: string): (text: string) => boolean {
  const network = networkOf(client);
  if (network !== undefined) return remembered((text) => isIP(text) !== 0 && network.check(text, familyOf(text)));
  const wanted = client.toLowerCase();
  return (text) => text.toLowerCase().includes(wanted);
}

/** Clients come again and again, and looking into a network costs more than all else of a line. */
function remembered(check: (text: string) => boolean): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    if (known.size >= MAX_REMEMBERED) known.clear();
    const answer = check(text);
    known.set(text, answer);
    return answer;
  };
}

/** An address is a network of one: `192.0.2.1` does not mean `192.0.2.10`. */
function networkOf(client: string): BlockList | undefined {
  const [address = "", prefix, ...rest] = client.split("/");
  if (isIP(address) === 0 || rest.length > 0) return undefined;
  const bits = familyOf(address) === "ipv6" ? 128 : 32;
  const length = prefix === undefined ? bits : Number(prefix);
  if (prefix === "" || !Number.isInteger(length) || length < 0 || length > bits) return undefined;
  const network = new BlockList();
  network.addSubnet(address, length, familyOf(address));
  return network;
}

const familyOf = (address: string): "ipv4" | "ipv6" => (isIP(address) === 6 ? "ipv6" : "ipv4");
