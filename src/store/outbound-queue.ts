/**
 * Mail on its way to the world. Rests in queue files (outbound-lanes.ts): a message with its recipients is one durable
 * commit, its octets are sealed by a key of its own, and that key dies with the last thing that still needs it (promise
 * D6). What became of each recipient is kept as a record without content.
 *
 * The queue knows *items*: one message for recipients of one destination, at most `RECIPIENTS_AN_ITEM`. Items are claimed
 * under a lease: who dies with a claim leads to a repeat, never to a loss. It picks fairly by itself: senders take turns,
 * destinations that failed stand apart and rest as a whole, however much waits for them. When to try again, whom to tell
 * and what a reply means is decided elsewhere (rules/retry.ts, service/queue); times come in.
 */
import type { AccountId, DeliveryId } from "./ids.ts";
import type { ContentSource } from "./mail-store.ts";

/** RFC 5321 section 4.5.3.1.8: every server takes so many in one transaction. */
export const RECIPIENTS_AN_ITEM = 100;

/** How long a report waits for what else is to be told of its message: most hosts have answered by then. */
export const REPORT_WAITS_MS = 10_000;

export type Outbound = {
  /** The acceptance of the message; a second one under the same id is not taken. */
  readonly id: DeliveryId;
  /** Who submitted it; `undefined`: the service itself. */
  readonly account: AccountId | undefined;
  /** As it stands between the angle brackets; empty for the null path. */
  readonly sender: string;
  /** The field's value without its brackets; only a keyed mark of it outlives the message. */
  readonly messageId: string | undefined;
  readonly size: number;
  readonly body: "7BIT" | "8BITMIME" | "BINARYMIME";
  readonly smtpUtf8: boolean;
  readonly tlsWish: TlsWish;
  readonly ret: "FULL" | "HDRS" | undefined;
  /** In xtext, as the sender gave it (RFC 3461 section 4.4). */
  readonly envid: string | undefined;
  readonly submittedAt: number;
};

/**
 * What the sender wants of TLS (RFC 8689): `policy`, what the destination asks for; `required`, only TLS that is sure, or not
 * at all (REQUIRETLS, section 4.2.1 there); `optional`, TLS where it can be had, whatever the destination asks for
 * (`TLS-Required: No`, section 4.2.2).
 */
export type TlsWish = "policy" | "required" | "optional";

export type OutboundRecipient = {
  readonly address: string;
  /**
   * What waits, rests and is tried as one: the domain that is asked for its hosts, in the one form by which it is compared,
   * lower case; with a word and a colon before it where its mail is set apart from other mail to the domain.
   */
  readonly destination: string;
  /** RFC 3461 section 4.1; `undefined`: nothing was asked for, which means failure and, as we like, delay. */
  readonly notify: { readonly success: boolean; readonly failure: boolean; readonly delay: boolean } | undefined;
  /** Type, `;`, and address in xtext, as the sender gave it. */
  readonly orcpt: string | undefined;
};

/** By which our own findings are worded in other languages (service/queue/findings.ts); their English stands in `words`. */
export type Finding = { readonly name: string; readonly about?: string };

/** What a remote host said, or what we found without it. Words are cut and cleaned by who read them. */
export type RemoteReply = {
  /** Lower-case name of the host that said it; `undefined`: nobody did. */
  readonly host: string | undefined;
  /** RFC 5321 section 4.2; `undefined` when there was no reply. */
  readonly code: number | undefined;
  /** RFC 3463: what the host said, or what follows from its code where it said none; of our own findings, ours. */
  readonly enhanced: string;
  /** Without codes, in one line. */
  readonly words: string;
  /** Of what is ours. */
  readonly finding?: Finding;
  /** What the host said behind its code, where that is not `enhanced`, a space, and `words`; a line for each of the reply's. */
  readonly said?: string;
  /** What TLS agreed on, for people; `undefined`: none. */
  readonly tls: string | undefined;
};

/** `relayed`: taken by a host that tells the sender nothing more (RFC 3461 section 5.2.2). */
export type RecipientEnd = "delivered" | "relayed" | "failed" | "expired" | "dropped";

/** What became of one recipient: kept for ten days for the holder, no content. */
export type DeliveryRecord = {
  readonly message: DeliveryId;
  readonly account: AccountId | undefined;
  readonly sender: string;
  readonly recipient: string;
  readonly submittedAt: number;
  readonly at: number;
  readonly end: RecipientEnd;
  readonly reply: RemoteReply;
  /** What came back later. */
  readonly feedback: Feedback | undefined;
};

export type Feedback = "bounce" | "complaint";

export type FeedbackNoted =
  | "noted"
  /** Of all that it is about something was noted before, or it complains of a message that somebody complained of before. */
  | "known"
  /** It names the Message-ID of something that the account sent, or whom it wrote to, and proves nothing: nothing was noted. */
  | "named"
  /** It is about nothing that the account sent, as far as records go back. */
  | "unknown";

export type WaitingRecipient = OutboundRecipient & {
  /** Within the queue; never reused. */
  readonly id: number;
  /** The last that was heard of it. */
  readonly reply: RemoteReply | undefined;
};

/** One item, claimed. */
export type Work = {
  readonly item: number;
  /** Tells this claim from later ones of the same item; empty when it is not claimed. */
  readonly claim: string;
  readonly message: Outbound;
  readonly recipients: readonly WaitingRecipient[];
  /** Attempts before this one. */
  readonly attempts: number;
  readonly deadline: number;
  /** Why it was kept, if it was. */
  readonly hold: HoldReason | undefined;
  /** Set when the item waited because of its destination alone: what was wrong there last. */
  readonly destinationReply: RemoteReply | undefined;
};

/**
 * What is known of a destination: it took something in the last days; nothing; or it failed when last asked. Picked apart,
 * so that each can be given its own share of places.
 */
export type Standing = "well" | "new" | "troubled";

export type Batch = {
  readonly destination: string;
  readonly standing: Standing;
  /** Since it last took something. */
  readonly failures: number;
  readonly works: readonly Work[];
};

export type ClaimWish = {
  readonly now: number;
  /** Until then nobody else takes what is claimed. */
  readonly until: number;
  readonly standing: Standing;
  /** Destinations that have enough work already. */
  readonly except: ReadonlySet<string>;
  /** Items of one destination at most. */
  readonly most: number;
};

/**
 * Who hands over at once what this process adds to the queue: it is then claimed in the commit that takes it, and needs
 * no second one, no look for it, and no reading back.
 */
export interface Taker {
  /** Keeps a place for an item of this destination, if there is one. What is kept must be taken or given back. */
  keepPlace(destination: string): KeptPlace | undefined;
  /** Until when nobody else takes what is claimed now. */
  leaseUntil(): number;
}
export interface KeptPlace {
  /** The batch is durable, claimed, and of one item. Returns at once. */
  take(batch: Batch, content: ContentSource): void;
  giveBack(): void;
}

export type RecipientResult =
  | { readonly kind: "ended"; readonly recipient: number; readonly end: RecipientEnd; readonly reply: RemoteReply }
  /** Waits on; the item is tried again. */
  | { readonly kind: "waits"; readonly recipient: number; readonly reply: RemoteReply };

/** RFC 3464 section 2.3.3, one recipient as a report tells it. */
export type ReportedRecipient = {
  readonly address: string;
  readonly orcpt: string | undefined;
  readonly action: "failed" | "delayed" | "delivered" | "relayed";
  readonly reply: RemoteReply;
  /** Why, where it is not the remote's word. */
  readonly cause: "expired" | "held" | undefined;
};

/**
 * A report that the sender is still to get. The message stays as long. It waits for `REPORT_WAITS_MS`, or until nothing of
 * the message is left to be sent: what is to be told of the same message with the same action meanwhile joins it.
 */
export type Report = {
  /** Also the delivery id under which the sender's store takes it once. */
  readonly id: DeliveryId;
  /** All with the same action. */
  readonly recipients: readonly ReportedRecipient[];
};
export type PendingReport = Report & {
  readonly message: Outbound;
  readonly deadline: number;
  readonly at: number;
};

export type Settlement = {
  readonly now: number;
  readonly results: readonly RecipientResult[];
  readonly reports: readonly Report[];
  /** When what waits is due again. */
  readonly retryAt: number;
  /** False: nobody was asked, so the attempt does not count. */
  readonly attempted: boolean;
};

/** What an operator's word, or an account's state, concerns. */
export type Selection =
  | { readonly kind: "message"; readonly id: DeliveryId }
  | { readonly kind: "account"; readonly account: AccountId }
  | { readonly kind: "destination"; readonly destination: string };

/** `account`: it may not send; `operator`: somebody said so. */
export type HoldReason = "account" | "operator";

export type ListedItem = {
  readonly message: Outbound;
  readonly item: number;
  readonly destination: string;
  readonly recipients: readonly WaitingRecipient[];
  readonly state: "waiting" | "ready" | "claimed" | "held";
  readonly attempts: number;
  /** Why it is held, or will be when its claim ends. */
  readonly hold: HoldReason | undefined;
  /** When it is due, or was: 0 when it was put back untried; of what is claimed, when the claim ends. */
  readonly at: number;
  readonly deadline: number;
  /** Its destination is asked by nobody before then. */
  readonly restsUntil: number | undefined;
  /** What was wrong at the destination when it was asked last. */
  readonly destinationReply: RemoteReply | undefined;
};

export type QueueSums = {
  readonly messages: number;
  readonly items: number;
  readonly held: number;
  /** Destinations that failed when last asked. */
  readonly troubled: number;
};

/**
 * What any process may ask of all that is queued, and do with it, whoever hands it over.
 * @throws StoreError from every method, "closed" after disposal.
 */
export interface OutboundMail extends AsyncDisposable {
  /**
   * Durable with all recipients when it fulfils; `taken`: a taker has all of it already. Times: when it is due, given up, and
   * when the sender hears that it takes long.
   */
  add(
    message: Omit<Outbound, "size">,
    recipients: readonly OutboundRecipient[],
    times: { readonly dueAt: number; readonly deadline: number; readonly delayAt: number },
    content: ContentSource,
  ): Promise<"added" | "taken" | "known">;

  /** These four give the number of items concerned. What is claimed at the moment is held, and due again, when its claim ends. */
  hold(selection: Selection, reason: HoldReason, lifeMs: number): Promise<number>;
  /** Due at once. Given up at the message's own deadline, but not before `notBefore`, and never after `submittedAt` + `mostMs`. */
  release(
    selection: Selection,
    reason: HoldReason,
    times: { readonly now: number; readonly lifeMs: number; readonly notBefore: number; readonly mostMs: number },
  ): Promise<number>;
  /** Due at once, its destination too. */
  retryNow(selection: Selection): Promise<number>;
  /** Out of the queue, recorded, told to nobody. */
  drop(selection: Selection, now: number): Promise<number>;
  /** Envelope and state, by item, those after `after`: in the order of their acceptance. */
  list(selection: Selection | undefined, after: number, most: number): Promise<readonly ListedItem[]>;
  sums(): Promise<QueueSums>;

  /** Newest first. */
  records(account: AccountId, since: number): Promise<readonly DeliveryRecord[]>;
  /** Who submitted a message, as far as records go back; `undefined` also where the service itself did. */
  submitterOf(message: DeliveryId): Promise<AccountId | undefined>;
  /**
   * Finds what a report from outside is about, among the account's records, and notes it there, once a record: further
   * reports about the same change nothing. Only who had the message, or its envelope, in hand is believed: answers, and
   * archives of lists, tell the Message-ID to everybody. A report without any of these is about what went to its recipients.
   */
  noteFeedback(
    account: AccountId,
    about: {
      /** That our Received field names in the copy of the header that came back. */
      readonly delivery?: DeliveryId | undefined;
      readonly messageId: string | undefined;
      /** In xtext. Where the holder's program made it of the Message-ID it is as public as that. */
      readonly envid: string | undefined;
      /** Lower case; empty: every recipient of that message. */
      readonly recipients: readonly string[];
    },
    /** `undefined`: nothing is noted, as the report says nothing bad. */
    feedback: Feedback | undefined,
  ): Promise<FeedbackNoted>;
  /** Erases records older than that. */
  forget(before: number): Promise<number>;
  /** Erases everything of an account that is closed. */
  forgetAccount(account: AccountId): Promise<void>;
  /** Erases what is done with, also from the write-ahead log. Runs by itself within 60 s. */
  erase(): Promise<void>;
}

/** One queue, with what its runner needs. */
export interface OutboundQueue extends OutboundMail {
  /**
   * From now on what is added here is offered to `taker` first: small messages for destinations that are well and for which
   * nothing else waits, so that nobody is overtaken. One at a time; without it everything waits for `claim`.
   */
  offerTo?(taker: Taker): Disposable;
  /** @throws StoreError "gone" when nothing needs the message any more. */
  content(message: DeliveryId): Promise<ContentSource>;

  /** The next batch of one destination that is due, fairly; `undefined` when nothing is. */
  claim(wish: ClaimWish): Promise<Batch | undefined>;
  /** Items whose deadline has come, whatever they wait for. */
  claimExpired(now: number, until: number, most: number): Promise<readonly Work[]>;
  /**
   * Items of which the sender is to hear that they take long; not claimed. What is due, and waits for nothing but its turn, may
   * leave in this moment: it is among them only when it was due before `dueBefore`.
   */
  late(now: number, dueBefore: number, most: number): Promise<readonly Work[]>;
  /** The sender is told so, or need not be; once an item, and in one report a message: who comes later is not told of. */
  noteLate(item: number, report: Report | undefined): Promise<void>;
  renew(claims: readonly string[], until: number): Promise<void>;
  /**
   * What became of a claimed item, one commit. Of a claim that has run out, ends that a remote host said 2xx to still
   * count; all else is the new claim's.
   */
  settle(work: Work, settlement: Settlement): Promise<void>;
  /** Gives claimed items back untried. `deadline`: they are given up then, whatever was said before. */
  putBack(works: readonly Work[], deadline?: number): Promise<void>;
  /** Keeps claimed items until they are released; given up at `submittedAt` + `lifeMs`. */
  holdClaimed(works: readonly Work[], reason: HoldReason, lifeMs: number): Promise<void>;
  /**
   * Nobody is sent to this destination until then, or longer when a longer rest was said before. `failed`: it stands among the
   * troubled from now on; what fails together, or while it rests from that, is one failure.
   */
  rest(destination: string, until: number, failed: RemoteReply | undefined): Promise<void>;
  /** The destination took something: it stands with the well ones again. */
  well(destination: string): Promise<void>;

  /** Accounts of which something is held because they may not send. */
  heldAccounts(): Promise<readonly AccountId[]>;

  /** Those that are due. What they tell is settled for good when this fulfils: nothing joins them any more. */
  reports(now: number, most: number): Promise<readonly PendingReport[]>;
  /** It is told. After one of a delay nothing of the message is late any more. */
  reported(report: DeliveryId): Promise<void>;
  postponeReport(report: DeliveryId, at: number): Promise<void>;
  /**
   * Ends all claims: what they hold is due at once. For who alone works this queue off, before it begins: whoever claimed is
   * gone, and would hold it until the lease ends.
   */
  endClaims(): Promise<void>;
}
