/**
 * The settings of an installation as the program uses them: typed, complete, in units the names tell. They come from
 * one file, altmail.toml; rows.ts has a row for each, read.ts reads the file, reference.ts writes the manual.
 */

export type ListenAddress = { readonly host: string; readonly port: number };

/** Addresses that begin with the same `bits`. */
export type IpNetwork = { readonly address: string; readonly bits: number };

/** Where a scanner listens. `path`: absolute. */
export type ScannerPlace =
  | { readonly kind: "port"; readonly host: string; readonly port: number }
  | { readonly kind: "socket"; readonly path: string };

/** Where the root key comes from. */
export type KeySource = { readonly kind: "unlock" } | { readonly kind: "file"; readonly path: string };

export type Settings = {
  /** The name this machine goes by: greeting, HELO, Received, certificate. */
  readonly hostName: string;
  /** Lower case; at least one. */
  readonly domains: readonly string[];
  /** The account that gets mail for postmaster and abuse of every domain (RFC 2142 section 4 and section 5). */
  readonly operator: string;
  /** Absolute path. */
  readonly home: string;
  readonly key: KeySource;
  /** 0: one a core. */
  readonly workers: number;
  readonly smtpListen: readonly ListenAddress[];
  readonly imapListen: readonly ListenAddress[];
  /** RFC 8314 section 3.3: TLS from the first octet. */
  readonly submissionListen: readonly ListenAddress[];
  /** RFC 6409: STARTTLS before anything else. */
  readonly submissionStarttlsListen: readonly ListenAddress[];
  /** Absolute path. */
  readonly certificateFile: string;
  /** Absolute path. */
  readonly certificateKeyFile: string;
  /** For the whole service; each worker gets its share. */
  readonly smtpConnections: number;
  readonly smtpConnectionsPerPeer: number;
  /** Of our own: what they bring is not counted as strangers' is. */
  readonly smtpTrustedNetworks: readonly IpNetwork[];
  /** Whether it is found out where arriving mail comes from: resolvers must answer. */
  readonly arrivingVerify: boolean;
  /** Domains whose ARC seals are believed. */
  readonly arrivingTrustedSealers: readonly string[];
  /** Whether accounts learn from their mail. */
  readonly arrivingMemory: boolean;
  /** In the form of `readDnsList` (rules/reputation/dns-list.ts). */
  readonly arrivingDnsLists: readonly string[];
  readonly arrivingDnsListJunk: number;
  /** 0: none is refused for it. */
  readonly arrivingDnsListRefuse: number;
  readonly scannersSpam: "none" | "rspamd" | "spamassassin";
  readonly scannersRspamd: ScannerPlace;
  readonly scannersRspamdController: ScannerPlace | undefined;
  /** Absolute path. */
  readonly scannersRspamdPasswordFile: string | undefined;
  readonly scannersSpamassassin: ScannerPlace;
  readonly scannersVirus: "none" | "clamd";
  readonly scannersClamd: ScannerPlace;
  readonly scannersJunkScore: number;
  /** 0: none is refused for it. */
  readonly scannersRefuseScore: number;
  readonly scannersSendingRefuseScore: number;
  /** 0: as is usual for the scanner. */
  readonly scannersSpamSeconds: number;
  readonly scannersVirusSeconds: number;
  /** `undefined`: as is usual for the scanner. */
  readonly scannersSpamBytes: number | undefined;
  readonly scannersVirusBytes: number;
  readonly scannersSpamSilent: "pass" | "defer";
  readonly scannersVirusSilent: "pass" | "defer";
  /** The spam scanner keeps them for each person apart. */
  readonly scannersStatisticsOfPersons: boolean;
  readonly imapConnections: number;
  readonly imapConnectionsPerPeer: number;
  readonly submissionConnections: number;
  readonly submissionConnectionsPerPeer: number;
  readonly sendingMessagesAMinute: number;
  readonly sendingRecipientsAnHour: number;
  readonly sendingRecipientsADay: number;
  readonly sendingFirstsADay: number;
  /** HTTPS; none: no website. */
  readonly webListen: readonly ListenAddress[];
  /** HTTP that leads to HTTPS. */
  readonly webPlainListen: readonly ListenAddress[];
  /** Where a program that renews certificates puts its answers to the authority. */
  readonly webChallengeFolder: string | undefined;
  /** Whether pages and portal are served there. */
  readonly siteServe: boolean;
  readonly siteName: string | undefined;
  /** Without a slash at its end. */
  readonly siteOrigin: string | undefined;
  readonly siteContact: string | undefined;
  readonly siteAbuse: string | undefined;
  /** Absolute path. */
  readonly sitePages: string | undefined;
  readonly siteValues: readonly SiteValue[];
  readonly billingProvider: "none" | "stripe";
  /** As `https://api.stripe.com`: without a slash at its end. */
  readonly billingServer: string;
  /** Absolute path. */
  readonly billingKeyFile: string | undefined;
  /** Absolute path. */
  readonly billingWebhookSecretFile: string | undefined;
  readonly billingNotSendingDays: number;
  readonly billingReadingOnlyDays: number;
  /** Of the days of reading only: mail is deferred. */
  readonly billingLaterDays: number;
  readonly billingNoticeDays: number;
  readonly billingCheckoutMinutes: number;
  /** Whether Stripe computes the tax of each payment. */
  readonly billingAutomaticTax: boolean;
  readonly plans: readonly PlanSettings[];
  /** Validating resolvers, asked in turn. */
  readonly dnsServers: readonly ListenAddress[];
  /** From which mail leaves; none: not said. */
  readonly dnsAddresses: readonly string[];
  /** Of our own MTA-STS policy. */
  readonly dnsMtaSts: "none" | "testing" | "enforce";
  /** How long mail to the world is tried. */
  readonly queueDays: number;
  /** Pauses after the first, second, ... attempt; the last one stays. */
  readonly queuePauses: readonly number[];
  /** When the sender hears that it takes long. */
  readonly queueDelayHours: number;
  readonly queueFamily: FamilyChoice;
  readonly queueFamilyOf: readonly FamilyOf[];
  /** Takes all mail to the world; `undefined`: it goes to the hosts of its domains. */
  readonly queueSmarthost: ListenAddress | undefined;
  /** Holds user and password of the smarthost, a line each. */
  readonly queueSmarthostCredentials: string | undefined;
  /** Of other mail servers. */
  readonly queuePort: number;
  readonly queuePrivateAddresses: boolean;
  /** PEM: authorities that count besides those of Node. */
  readonly queueAuthorities: string | undefined;
  /** Keys sign at once, without a look at the DNS. */
  readonly dkimUnpublished: boolean;
  readonly messageBytes: number;
  readonly quotaBytes: number;
  /** From one network, right passwords too; for the whole service. */
  readonly logInsAMinute: number;
  readonly logDays: number;
  /** Loopback only; `undefined`: no metrics are served. */
  readonly metricsListen: ListenAddress | undefined;
  /** `undefined`: no backups are made. */
  readonly backupTarget: PlaceAddress | undefined;
  /** Holds access key id and secret of an S3 target, a line each. */
  readonly backupTargetCredentials: string | undefined;
  /** Where the private halves of sets, the ledger and the heads of the record go; never the same as the target. */
  readonly backupEscrow: PlaceAddress | undefined;
  readonly backupEscrowCredentials: string | undefined;
  /** The operators' offline key (age, "age1..."): sets are opened by it alone. */
  readonly backupRecipient: string | undefined;
  /** Hours; 240 at most. */
  readonly backupHours: number;
  /** UTC, "HH:MM": minutes after midnight. */
  readonly backupAtMinute: number;
  /** Public key of a second operator (Ed25519, PEM file); then no access is opened without him. */
  readonly accessSecondKeyFile: string | undefined;
};

/** A text in the place of its name in the pages; `language`: only there. */
export type SiteValue = { readonly name: string; readonly language?: "en" | "sv"; readonly text: string };

/** What can be bought. */
export type PlanSettings = {
  readonly name: string;
  /** Stripe's id of the price. */
  readonly price: string;
  /** What that price is, in hundredths of the currency with tax, for the pages. */
  readonly cents: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly every: "month" | "year";
  readonly quotaBytes: number;
  readonly aliases: number;
  readonly sending: {
    readonly messagesAMinute: number;
    readonly recipientsAnHour: number;
    readonly recipientsADay: number;
    readonly firstsADay: number;
  };
};

/** Which addresses of a host are tried, and which first. */
export type FamilyChoice = "ipv4" | "ipv6" | "ipv4-only" | "ipv6-only";
/** What holds for one destination. */
export type FamilyOf = { readonly domain: string; readonly family: FamilyChoice };

/** Where objects rest (service/backup/place.ts). */
export type PlaceAddress =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "s3"; readonly endpoint: string; readonly bucket: string; readonly region: string };

/** Settings that cannot be used. Its message is sentences for the operator, one a line, each with file and line. */
export class SettingsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SettingsError";
  }
}
