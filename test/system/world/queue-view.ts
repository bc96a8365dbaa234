/** What rests of outgoing mail in a home, read with its keys beside the service: what waits and why, what became of the rest, and the keys that sign. */
import { join } from "node:path";
import { keyRecord, keyRecordName } from "../../../src/rules/dkim/key-record.ts";
import { openKeys } from "../../../src/store/crypt/keys.ts";
import { readRoot } from "../../../src/store/crypt/root.ts";
import type { DeliveryId } from "../../../src/store/ids.ts";
import type { ContentSource } from "../../../src/store/mail-store.ts";
import type { DeliveryRecord, ListedItem, OutboundMail, RemoteReply } from "../../../src/store/outbound-queue.ts";
import { openSqliteDirectory } from "../../../src/store/sqlite/directory/directory.ts";
import { openSqliteDkimKeys } from "../../../src/store/sqlite/dkim/dkim-keys.ts";
import { openSqliteOutboundLanes } from "../../../src/store/sqlite/outbound-queue/lanes.ts";

export type QueueView = AsyncDisposable & {
  readonly queue: OutboundMail;
  /** @throws StoreError "gone" when nothing needs the message any more. */
  content(message: DeliveryId): Promise<ContentSource>;
  /** Everything that is still on its way. */
  items(): Promise<readonly ListedItem[]>;
  /** The last word on a recipient that waits; `undefined` when there is none, or when it waits no more. */
  lastReply(address: string): Promise<RemoteReply | undefined>;
  /** What became of the recipients of an account. */
  records(primary: string): Promise<readonly DeliveryRecord[]>;
  /** The TXT records of all keys that sign, by name. */
  dkimRecords(): Promise<Readonly<Record<string, string>>>;
};

const MOST = 100_000;

export async function openQueueView(home: string): Promise<QueueView> {
  await using opening = new AsyncDisposableStack();
  const dataFolder = join(home, "data");
  const root = readRoot(join(home, "secret/root"));
  const keys = opening.use(openKeys({ dataFolder, secretFolder: join(home, "secret"), root }));
  const file = (name: string): { readonly file: string; readonly key: ReturnType<typeof keys.systemKey> } => ({
    file: join(dataFolder, `${name}.db`),
    key: keys.systemKey(name),
  });
  const keyOf = (name: string): ReturnType<typeof keys.systemKey> => keys.systemKey(name);
  const { all: queue, lanes } = opening.use(await openSqliteOutboundLanes({ folder: dataFolder, keyOf, workers: 1 }));
  const directory = opening.use(await openSqliteDirectory(file("system")));
  const dkim = opening.use(await openSqliteDkimKeys(file("dkim")));
  const items = (): Promise<readonly ListedItem[]> => queue.list(undefined, 0, MOST);
  const opened = opening.move();
  return {
    queue,
    async content(message) {
      const holding = lanes.map((lane) => lane.content(message));
      return Promise.any(holding).catch(() => holding[0] ?? Promise.reject(new Error("there is no lane")));
    },
    items,
    async lastReply(address) {
      const recipients = (await items()).flatMap((item) => item.recipients);
      return recipients.find((one) => one.address === address)?.reply;
    },
    async records(primary) {
      const account = await directory.byAddress(primary);
      if (account === undefined) throw new Error(`there is no account ${primary}`);
      return queue.records(account.id, 0);
    },
    async dkimRecords() {
      const active = (await dkim.keys()).filter(({ state }) => state === "active");
      return Object.fromEntries(active.map((key) => [keyRecordName(key.domain, key.selector), keyRecord(key)]));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
