/**
 * What judges mail in one worker: where it comes from, scanners, DNS lists, what accounts have learned; and what learns
 * from their holders. Opening asks nobody; the DNS and scanners are asked when mail comes.
 */
import { type Clock, MINUTE } from "../host/clock.ts";
import type { Log } from "../host/events/events.ts";
import { HostError } from "../host/host-error.ts";
import { every, runJob } from "../host/job.ts";
import type { Resolver } from "../host/resolver/answer.ts";
import { keepAnswers } from "../host/resolver/kept-answers.ts";
import { createResolver } from "../host/resolver/resolver.ts";
import type { Settings } from "../host/settings/settings.ts";
import { type DnsList, readDnsList } from "../rules/reputation/dns-list.ts";
import { createVerifier } from "../service/authentication/verifier.ts";
import { createDefence, type Defence } from "../service/defence/defence.ts";
import { createDnsLists } from "../service/defence/dns-lists.ts";
import { createTeaching, type Teaching } from "../service/defence/teaching.ts";
import { createExaminer } from "../service/delivery/examine.ts";
import type { Examiner } from "../service/delivery/examiner.ts";
import type { Inbound } from "../service/delivery/inbound.ts";
import type { OutgoingScanner } from "../service/delivery/scanner.ts";
import { createDmarcResultCounter, type DmarcResultCounter } from "../service/dmarc-reports/result-counter.ts";
import { createReportIntake } from "../service/received-reports/report-intake.ts";
import { openScanners, scannersOfSending, type Scanners } from "./scanners.ts";
import { describeBug, sentenceOf } from "./sentence.ts";
import type { Stores } from "./stores.ts";

export type ArrivingOptions = {
  readonly settings: Settings;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly log: Log;
};

/** To be disposed after the sessions have ended and before the stores close: what waits is written down. */
export type Arriving = AsyncDisposable & {
  /** For mail of strangers. */
  readonly inbound: Inbound;
  /** `undefined`: nothing learns. */
  readonly teaching: Teaching | undefined;
  /** For mail that leaves. */
  readonly outgoingScanners: readonly OutgoingScanner[];
};

/** Says at the start, rather than with the first mail, what cannot be used. @throws HostError */
export function checkArriving(settings: Settings, clock: Clock): void {
  openScanners({ settings, clock });
  dnsListsOf(settings);
}

/** @throws HostError */
export function openArriving({ settings, stores, clock, log }: ArrivingOptions): Arriving {
  const stopping = new AbortController();
  const scanners = openScanners({ settings, clock, signal: stopping.signal });
  const servers = settings.dnsServers.map(({ host, port }) => ({ address: host, port }));
  const resolver = keepAnswers(createResolver({ servers, clock }), clock);
  const defence = settings.arrivingMemory ? createDefence({ memory: stores.memory, clock, log }) : undefined;
  const counter = settings.arrivingVerify
    ? createDmarcResultCounter({ results: stores.dmarcResults, clock, log })
    : undefined;
  const writing = counter === undefined ? Promise.resolve() : writeDown(counter, clock, log, stopping.signal);
  const { hostName } = settings;
  const { teacher } = scanners;
  const teaching =
    defence === undefined && teacher === undefined
      ? undefined
      : createTeaching({ mail: stores.mail, defence, teacher, hostName, clock, log });
  const judging = { settings, stores, clock, log, scanners, resolver, defence, counter };
  return {
    inbound: stores.inboundBehind(examinerOf(judging)),
    teaching,
    outgoingScanners: scannersOfSending(scanners, settings),
    async [Symbol.asyncDispose]() {
      await teaching?.[Symbol.asyncDispose]();
      stopping.abort();
      await writing;
      await counter?.flush();
    },
  };
}

type Judging = ArrivingOptions & {
  readonly scanners: Scanners;
  readonly resolver: Resolver;
  readonly defence: Defence | undefined;
  readonly counter: DmarcResultCounter | undefined;
};

function examinerOf({ settings, stores, clock, log, scanners, resolver, defence, counter }: Judging): Examiner {
  const { hostName, domains, dnsAddresses, scannersRefuseScore, arrivingDnsListRefuse } = settings;
  const { directory } = stores;
  const lists = dnsListsOf(settings);
  const own = new Set(dnsAddresses);
  return createExaminer({
    verifier: settings.arrivingVerify ? createVerifier({ resolver, clock }) : undefined,
    spam: scanners.spam,
    virus: scanners.virus,
    marks: { junk: settings.scannersJunkScore, refuse: aboveZero(scannersRefuseScore) },
    whenSilent: { spam: settings.scannersSpamSilent, virus: settings.scannersVirusSilent },
    lists: lists.length === 0 ? undefined : createDnsLists({ resolver, clock, lists, log }),
    listMarks: { junk: settings.arrivingDnsListJunk, refuse: aboveZero(arrivingDnsListRefuse) },
    defence,
    trustedSealers: settings.arrivingTrustedSealers,
    forwardersOf: async (account) => (await directory.preferences(account)).forwarders,
    counter,
    reports: settings.arrivingVerify
      ? createReportIntake({
          reports: stores.receivedReports,
          ownNames: [...domains, hostName],
          isOurs: (address) => own.has(address),
          clock,
          log,
        })
      : undefined,
    hostName,
    domains,
    operator: settings.operator,
    directory,
    clock,
    log,
  });
}

/** In the settings 0 stands for never. */
const aboveZero = (mark: number): number | undefined => (mark > 0 ? mark : undefined);

/** @throws HostError */
function dnsListsOf({ arrivingDnsLists }: Settings): readonly DnsList[] {
  return arrivingDnsLists.map((text) => {
    const list = readDnsList(text);
    if (list === undefined)
      throw new HostError(
        `arriving.dns-lists: ${JSON.stringify(text)} is no DNS list: see the example in docs/settings.md`,
      );
    return list;
  });
}

/** What DMARC came to, each minute until `signal` aborts. */
function writeDown(counter: DmarcResultCounter, clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
  const failed = (error: unknown): void => log("command.failed", { at: sentenceOf(error) ?? describeBug(error) });
  return runJob(clock, { next: every(MINUTE), work: () => counter.flush(), failed }, signal, "in time");
}
