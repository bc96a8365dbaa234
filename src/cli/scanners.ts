/**
 * The scanners that the settings name, as clients of one process (docs/scanners.md). Opening them asks nobody: one that is
 * away is found out when mail comes, or by `altmail status`.
 */
import { readFileSync } from "node:fs";
import { createClamd } from "../clients/scanners/clamd.ts";
import { clamdLimits, rspamdLimits, type ScannerLimits, spamdLimits } from "../clients/scanners/limits.ts";
import { outgoingSpamScanner, outgoingVirusScanner } from "../clients/scanners/outgoing.ts";
import { createRspamd } from "../clients/scanners/rspamd.ts";
import { createReadConfiguration } from "../clients/scanners/rspamd-configuration.ts";
import type { Controller } from "../clients/scanners/rspamd-status.ts";
import { createSpamd } from "../clients/scanners/spamd.ts";
import { type Clock, SECOND } from "../host/clock.ts";
import { HostError } from "../host/host-error.ts";
import type { Settings } from "../host/settings/settings.ts";
import type { ScannerStatus, SpamScanner, SpamTeacher, VirusScanner } from "../service/delivery/inbound-scanner.ts";
import type { OutgoingScanner } from "../service/delivery/scanner.ts";

export type Scanners = {
  readonly spam: SpamScanner | undefined;
  /** Only where the spam scanner keeps statistics for each person. */
  readonly teacher: SpamTeacher | undefined;
  readonly virus: VirusScanner | undefined;
};

export type ScannersOptions = {
  readonly settings: Settings;
  readonly clock: Clock;
  /** Ends every conversation. */
  readonly signal?: AbortSignal;
  /** In place of what the settings say. */
  readonly timeoutMs?: number;
};

/** What an operator waits for at a status. */
const STATUS_TIMEOUT_MS = 10 * SECOND;

/** @throws HostError when the file with the controller's password cannot be read. */
export function openScanners(options: ScannersOptions): Scanners {
  return { ...openSpam(options), virus: openVirus(options) };
}

function openSpam({ settings, clock, signal, timeoutMs }: ScannersOptions): Omit<Scanners, "virus"> {
  const { scannersSpam, scannersSpamSeconds, scannersSpamBytes, scannersStatisticsOfPersons: perUser } = settings;
  const limitsOf = (usual: ScannerLimits): ScannerLimits => ({
    ...usual,
    timeoutMs: timeoutMs ?? (scannersSpamSeconds === 0 ? usual.timeoutMs : scannersSpamSeconds * SECOND),
    maxMessageBytes: scannersSpamBytes ?? usual.maxMessageBytes,
  });
  const common = { perUser, clock, ...(signal && { signal }) };
  switch (scannersSpam) {
    case "none":
      return { spam: undefined, teacher: undefined };
    case "rspamd": {
      const controller = controllerOf(settings);
      const { scanner, teacher } = createRspamd({
        ...common,
        place: settings.scannersRspamd,
        ...(controller && { controller }),
        configuration: createReadConfiguration({ clock }),
        limits: limitsOf(rspamdLimits),
      });
      return { spam: scanner, teacher };
    }
    case "spamassassin": {
      const place = settings.scannersSpamassassin;
      const { scanner, teacher } = createSpamd({ ...common, place, limits: limitsOf(spamdLimits) });
      return { spam: scanner, teacher };
    }
  }
}

function openVirus({ settings, clock, signal, timeoutMs }: ScannersOptions): VirusScanner | undefined {
  const { scannersVirus, scannersClamd, scannersVirusSeconds, scannersVirusBytes } = settings;
  if (scannersVirus === "none") return undefined;
  const limits = {
    ...clamdLimits,
    timeoutMs: timeoutMs ?? scannersVirusSeconds * SECOND,
    maxMessageBytes: scannersVirusBytes,
  };
  return createClamd({ place: scannersClamd, clock, limits, ...(signal && { signal }) });
}

/** The same for mail that leaves, in the order in which they are asked. */
export function scannersOfSending({ spam, virus }: Scanners, settings: Settings): readonly OutgoingScanner[] {
  const { scannersSendingRefuseScore, scannersSpamSilent, scannersVirusSilent } = settings;
  return [
    ...(virus === undefined ? [] : [outgoingVirusScanner(virus, scannersVirusSilent)]),
    ...(spam === undefined ? [] : [outgoingSpamScanner(spam, scannersSendingRefuseScore, scannersSpamSilent)]),
  ];
}

export type ScannerLine = { readonly scanner: string } & ScannerStatus;

/** Asks each of them how it is. @throws HostError as openScanners. */
export async function statusOfScanners(settings: Settings, clock: Clock): Promise<readonly ScannerLine[]> {
  const { spam, virus } = openScanners({ settings, clock, timeoutMs: STATUS_TIMEOUT_MS });
  const all = [spam, virus].filter((scanner) => scanner !== undefined);
  return Promise.all(all.map(async (scanner) => ({ scanner: scanner.name, ...(await scanner.status()) })));
}

/** @throws HostError */
function controllerOf(settings: Settings): Controller | undefined {
  const { scannersRspamdController: place, scannersRspamdPasswordFile: file } = settings;
  if (place === undefined) return undefined;
  return { place, password: file === undefined ? undefined : passwordIn(file) };
}

function passwordIn(file: string): string {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new HostError(`the password of rspamd cannot be read from ${file}: is it there, and readable by this user?`, {
      cause,
    });
  }
  if (text === "" || text.includes("\n"))
    throw new HostError(`${file} must hold the password of rspamd's controller in one line`);
  return text;
}
