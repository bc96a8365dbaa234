/**
 * Opens what rests in a home, with the root, as every worker needs it: keys, directory, mail, the queues of deferred mail
 * and of mail to the world, the spool, the watch's book, what accounts have learned, what is reported, sessions,
 * subscriptions, and what accounts, notices and the way in are made of. A command does so too when no service runs.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { type Bus, silentBus } from "../host/bus.ts";
import { makeFolder } from "../host/make-folder.ts";
import type { Clock } from "../host/clock.ts";
import type { Log } from "../host/events/events.ts";
import type { Settings } from "../host/settings/settings.ts";
import { openSpool, type Spool } from "../host/spool/spool.ts";
import type { RetrySchedule } from "../rules/retry.ts";
import type { Accounts } from "../service/accounts/accounts.ts";
import { createAccounts } from "../service/accounts/manage.ts";
import type { AllowanceOf } from "../service/billing/allowance.ts";
import { invite } from "../service/billing/invitations.ts";
import { closed } from "../service/billing/manage.ts";
import { createPasswordHasher, type PasswordHasher } from "../service/accounts/password.ts";
import { measureHash, settledCost } from "../service/accounts/tune-cost.ts";
import { createRevocations, type Revocations } from "../service/accounts/revocation.ts";
import { createTellUndelivered } from "../service/accounts/undelivered-letter.ts";
import type { Notices } from "../service/notices/notices.ts";
import { createCapture } from "../service/delivery/capture.ts";
import type { Examiner } from "../service/delivery/examiner.ts";
import { createOwnMailExaminer } from "../service/delivery/forged-fields.ts";
import type { Inbound } from "../service/delivery/inbound.ts";
import type { Intake } from "../service/delivery/intake.ts";
import { createReceipts } from "../service/delivery/receipt.ts";
import { createInbound } from "../service/delivery/receive.ts";
import { createQuotaNotices } from "../service/holder/quota-notices.ts";
import { createNotices } from "../service/notices/tell.ts";
import { enqueue } from "../service/queue/enqueue.ts";
import { noteArrived } from "../service/queue/feedback.ts";
import { lastTry } from "../service/queue/last-try.ts";
import { createOutsideLetters, type PostOutside } from "../service/recovery/outside-letters.ts";
import { createTellBoth, type TellBoth } from "../service/recovery/tell-both.ts";
import { createDkimSigner, type DkimSigner } from "../service/submission/dkim-signer.ts";
import type { Submit } from "../service/submission/submission.ts";
import type { Watch } from "../service/watch/watch.ts";
import { createWatch } from "../service/watch/watching.ts";
import { type Keys, openKeys } from "../store/crypt/keys.ts";
import type { Root } from "../store/crypt/root.ts";
import type { Credentials } from "../store/credentials.ts";
import type { Directory } from "../store/directory.ts";
import type { DefenceMemory } from "../store/defence-memory.ts";
import type { DkimKeys } from "../store/dkim-keys.ts";
import type { DmarcResults } from "../store/dmarc-results.ts";
import type { InboundQueue } from "../store/inbound-queue.ts";
import type { AccountId } from "../store/ids.ts";
import type { Finding } from "../store/mail-store.ts";
import type { OutboundLanes } from "../store/outbound-lanes.ts";
import type { OutboundMail, OutboundQueue } from "../store/outbound-queue.ts";
import type { ReceivedReports } from "../store/received-reports.ts";
import type { SendCounts } from "../store/send-counts.ts";
import type { BillingStore } from "../store/billing.ts";
import type { WebAccess } from "../store/web-access.ts";
import type { TlsResults } from "../store/tls-results.ts";
import { openSqliteDefenceMemory } from "../store/sqlite/defence/defence-memory.ts";
import { openSqliteDirectory } from "../store/sqlite/directory/directory.ts";
import { openSqliteDkimKeys } from "../store/sqlite/dkim/dkim-keys.ts";
import { openSqliteDmarcResults } from "../store/sqlite/dmarc-results/dmarc-results.ts";
import { openSqliteInboundQueue } from "../store/sqlite/inbound-queue/inbound-queue.ts";
import { openSqliteMailStore, type SqliteMailStore } from "../store/sqlite/mail/mail-store.ts";
import { openSqliteOutboundLanes } from "../store/sqlite/outbound-queue/lanes.ts";
import { openSqliteReceivedReports } from "../store/sqlite/received-reports/received-reports.ts";
import { openSqliteSendCounts } from "../store/sqlite/send-counts/send-counts.ts";
import { openSqliteTlsResults } from "../store/sqlite/tls-results/tls-results.ts";
import { openSqliteBilling } from "../store/sqlite/billing/billing.ts";
import { openSqliteWebAccess } from "../store/sqlite/web-access/web-access.ts";
import { openSqliteWatchBook } from "../store/sqlite/watch/watch-book.ts";
import { allowanceIn } from "./subscription-lengths.ts";
import { sendLimitsIn } from "./send-limits.ts";
import { retryScheduleOf } from "./retry-schedule.ts";
import { findOrphans, readPlaces } from "./orphans.ts";

export type StoresOptions = {
  readonly settings: Settings;
  readonly root: Root;
  readonly bus: Bus;
  readonly log: Log;
  readonly clock: Clock;
  /** Names this run of the kernel. */
  readonly bootId: string;
  /** Processes that share this machine's cores. */
  readonly workers: number;
  /** Which of them this is, from 0; it has the lane of this number. */
  readonly slot?: number;
};

export type Stores = AsyncDisposable & {
  readonly keys: Keys;
  readonly directory: Directory;
  /** Recovery addresses, second steps, plans. */
  readonly credentials: Credentials;
  readonly mail: SqliteMailStore;
  readonly queue: InboundQueue;
  /** All lanes of the queue to the world, as one. */
  readonly outbound: OutboundMail;
  readonly lanes: OutboundLanes["lanes"];
  /** Of this worker. */
  readonly ownLane: OutboundQueue;
  readonly schedule: RetrySchedule;
  readonly dkimKeys: DkimKeys;
  readonly signer: DkimSigner;
  readonly counts: SendCounts;
  readonly tlsResults: TlsResults;
  readonly dmarcResults: DmarcResults;
  readonly receivedReports: ReceivedReports;
  /** What accounts have learned of their mail. */
  readonly memory: DefenceMemory;
  /** How holders come in: sessions, links, log-ins. */
  readonly webAccess: WebAccess;
  /** Who pays for what, and invitations. */
  readonly billing: BillingStore;
  /** `undefined` where nothing is sold. */
  readonly allowance: AllowanceOf | undefined;
  /** Gives an invitation code; `undefined` where nobody could use it. */
  readonly invite: () => Promise<string | undefined>;
  readonly spool: Spool;
  readonly intake: () => Intake;
  /** For mail of our own holders: it is freed of forged fields, and nothing else looks at it. */
  readonly inbound: Inbound;
  /** For mail of strangers. */
  readonly inboundBehind: (examiner: Examiner) => Inbound;
  readonly hasher: PasswordHasher;
  readonly revocations: Revocations;
  readonly accounts: Accounts;
  readonly notices: Notices;
  readonly postOutside: PostOutside;
  readonly tellBoth: TellBoth;
  readonly watch: Watch;
  readonly orphans: () => Promise<readonly Finding[]>;
  /** Calls `listener` for each account that is being deleted by this process, before its record goes. */
  readonly onClosing: (listener: (account: AccountId) => Promise<void>) => Disposable;
  /** Puts mail of account holders into this worker's lane of the queue to the world, and says so here. */
  readonly submit: Submit;
  /** Says that there is something to do in the queue to the world, in whichever lane: to every worker. */
  readonly wakeQueue: () => void;
  /** Calls `listener` when this or another process says so. */
  readonly onWake: (listener: () => void) => Disposable;
};

/** Tells the elected worker that something vanished in an account, for the ledger of the backups. */
export const VANISHED_TOPIC = "backup/vanished";

/** Somebody closes his account: the elected worker ends it at once. */
export const CLOSING_TOPIC = "accounts/closing";

/** Something new is in the queue to the world. */
const QUEUED_TOPIC = "queue/new";

/** @throws StoreError "key" when the root is not the one of this home. */
export async function openStores(options: StoresOptions): Promise<Stores> {
  const { settings, root, bus, log, clock, bootId, workers, slot = 0 } = options;
  const { dataFolder, secretFolder } = await makeFolders(settings.home);
  await using opening = new AsyncDisposableStack();
  const keys = opening.use(openKeys({ dataFolder, secretFolder, root }));
  const file = (name: string): { readonly file: string; readonly key: ReturnType<Keys["systemKey"]> } => ({
    file: join(dataFolder, `${name}.db`),
    key: keys.systemKey(name),
  });
  const directory = opening.use(await openSqliteDirectory({ ...file("system"), clock }));
  const { credentials } = directory;
  const queue = opening.use(await openSqliteInboundQueue({ ...file("queue"), clock }));
  const keyOfFile = (name: string): ReturnType<Keys["systemKey"]> => keys.systemKey(name);
  const { lanes, all: outbound } = opening.use(
    await openSqliteOutboundLanes({ folder: dataFolder, keyOf: keyOfFile, clock, workers }),
  );
  const dkimKeys = opening.use(await openSqliteDkimKeys({ ...file("dkim"), clock }));
  const counts = opening.use(await openSqliteSendCounts({ ...file("sending"), clock }));
  const tlsResults = opening.use(await openSqliteTlsResults({ ...file("tlsrpt"), clock }));
  const dmarcResults = opening.use(await openSqliteDmarcResults({ ...file("dmarcrpt"), clock }));
  const receivedReports = opening.use(await openSqliteReceivedReports({ ...file("received"), clock }));
  const keyOf = (account: AccountId): ReturnType<Keys["get"]> => keys.get(account);
  const memory = opening.use(await openSqliteDefenceMemory({ ...file("defence"), clock, keyOf }));
  const webAccess = opening.use(await openSqliteWebAccess({ ...file("web"), clock }));
  const billing = opening.use(await openSqliteBilling({ ...file("billing"), clock }));
  // What vanishes is noted for the ledger only where there is one.
  const ledger = settings.backupTarget !== undefined;
  const mail = opening.use(
    openSqliteMailStore({ folder: join(dataFolder, "accounts"), keys, bus, bootId, clock, log, ledger }),
  );
  if (ledger) opening.use(mail.archive.onVanished((account) => bus.publish(VANISHED_TOPIC, { account })));
  const spool = await openSpool(join(dataFolder, "spool"));
  // One hash a core in flight, for the whole machine.
  const cost = await settledCost(credentials, measureHash(clock));
  const hasher = createPasswordHasher({ cost, atOnce: Math.max(1, Math.floor(availableParallelism() / workers)) });
  const revocations = createRevocations(bus);
  const { domains, quotaBytes, hostName, operator, logDays } = settings;
  const domain = domains[0] ?? hostName;
  const notices = createNotices({ mail, directory, operator, domain, hostName, clock, log });
  opening.use(createQuotaNotices({ mail, notices, clock, log }));
  const limits = { quotaBytes };
  const intake = createCapture({ spool });
  const operatorNow = async (): Promise<AccountId | undefined> => (await directory.byAddress(operator))?.id;
  const limitsOf = sendLimitsIn(settings, credentials);
  const feedback = (account: AccountId, message: Uint8Array): ReturnType<typeof noteArrived> =>
    noteArrived({ queue: outbound, counts, limitsOf, hostName, operator: operatorNow, clock, log }, account, message);
  const schedule = retryScheduleOf(settings);
  const wakers = new Set<() => void>();
  const wakeOwn = (): void => {
    for (const waker of wakers) waker();
  };
  const wakeQueue = (): void => {
    wakeOwn();
    bus.publish(QUEUED_TOPIC, {});
  };
  const ownLane = lanes[slot] ?? lanes[0];
  const signer = createDkimSigner({ keys: dkimKeys, clock });
  const receipts = createReceipts({ queue: outbound, signer, wake: wakeQueue, clock, hostName, domain });
  const allowance = allowanceIn(settings, billing, clock);
  const arriving = {
    ...(allowance && { allowance }),
    directory,
    mail,
    domains,
    operator,
    queue,
    intake,
    clock,
    log,
    hostName,
    feedback,
    receipts,
  };
  const inbound = createInbound({ ...arriving, examiner: createOwnMailExaminer([hostName, ...domains]) });
  const closings = new Set<(account: AccountId) => Promise<void>>();
  const closing = async (account: AccountId): Promise<void> => {
    for (const listener of closings) await listener(account);
    await outbound.forgetAccount(account);
    await counts.forgetAccount(account);
    await memory.forgetAccount(account);
    await webAccess.forgetAccount(account);
    await closed({ store: billing, clock }, account);
  };
  const tryLast = (account: AccountId): ReturnType<typeof lastTry> => {
    // Workers work the queue off: this one, and then as long as it does; or others that the bus leads to.
    const isHere = wakers.size > 0;
    const isServed = (): boolean => (isHere ? wakers.size > 0 : bus !== silentBus);
    return lastTry({ queue: outbound, clock, wake: wakeQueue, isServed }, account);
  };
  // To recovery addresses, beside the INBOX.
  const postOutside = createOutsideLetters({ queue: outbound, signer, wake: wakeQueue, clock, hostName, domain });
  const tellBoth = createTellBoth({ notices, credentials, post: postOutside });
  const accounts = createAccounts({
    directory,
    credentials,
    tellBoth,
    hostName,
    mail,
    hasher,
    revocations,
    clock,
    log,
    domains,
    notices,
    limits,
    lastTry: tryLast,
    tellUndelivered: createTellUndelivered({ directory, credentials, post: postOutside }),
    isKept: (address) => billing.isKept(address),
    closing,
    endSessions: async (account) => void (await webAccess.endSessions(account)),
    endLinks: (account) => webAccess.forgetLinks(account),
    makeKeys: (made) => keys.createAll(made),
  });
  const book = opening.use(await openSqliteWatchBook({ ...file("watch"), clock }));
  const watch = opening.use(createWatch({ book, directory, accounts, notices, bus, clock, log, logDays }));
  const opened = opening.move();
  return {
    keys,
    directory,
    credentials,
    mail,
    queue,
    outbound,
    lanes,
    ownLane,
    schedule,
    dkimKeys,
    signer,
    counts,
    tlsResults,
    dmarcResults,
    receivedReports,
    memory,
    webAccess,
    billing,
    allowance,
    invite: async () =>
      settings.siteServe && settings.billingProvider === "none" ? invite({ store: billing, clock }) : undefined,
    spool,
    intake,
    inbound,
    inboundBehind: (examiner) => createInbound({ ...arriving, examiner }),
    hasher,
    revocations,
    accounts,
    notices,
    postOutside,
    tellBoth,
    watch,
    onClosing(listener) {
      closings.add(listener);
      return { [Symbol.dispose]: () => void closings.delete(listener) };
    },
    async submit(message, recipients, content) {
      if ((await enqueue(ownLane, message, recipients, content, schedule)) !== "taken") wakeOwn();
    },
    wakeQueue,
    onWake(listener) {
      wakers.add(listener);
      const subscription = bus.subscribe(QUEUED_TOPIC, listener);
      return {
        [Symbol.dispose]() {
          wakers.delete(listener);
          subscription[Symbol.dispose]();
        },
      };
    },
    orphans: () => findOrphans(() => readPlaces(directory, keys, mail), clock),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Makes the folders of a home that are missing, for the service's user alone. @throws HostError */
export async function makeFolders(
  home: string,
): Promise<{ readonly dataFolder: string; readonly secretFolder: string }> {
  const dataFolder = join(home, "data");
  const secretFolder = join(home, "secret");
  for (const folder of [dataFolder, secretFolder, join(dataFolder, "accounts"), join(home, "record")])
    makeFolder(folder);
  return { dataFolder, secretFolder };
}
