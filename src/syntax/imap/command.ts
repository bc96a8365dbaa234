/**
 * IMAP commands as values: what parse.ts makes of a command's octets and what the server acts on.
 * RFC 9051 section 6, RFC 3501 section 6 where older clients still speak it, and the extensions named in each row.
 */

/** A sequence set as written; `*` is Infinity until the mailbox is known. `"$"` (RFC 5182) comes with a later extension. */
export type SequenceSet = readonly (readonly [low: number, high: number])[];

/** A mailbox name decoded: modified UTF-7 (RFC 3501 section 5.1.3) undone, INBOX in capitals, NFC. */
export type MailboxName = string;

export type Command =
  | { readonly name: "CAPABILITY" | "NOOP" | "LOGOUT" | "CHECK" | "CLOSE" | "UNSELECT" | "IDLE" | "NAMESPACE" }
  /** RFC 2971. */
  | { readonly name: "ID"; readonly fields: readonly (readonly [string, string | undefined])[] }
  | { readonly name: "LOGIN"; readonly user: string; readonly password: string }
  /** RFC 4959: `initial` decoded from base64; `=` gives an empty one. */
  | { readonly name: "AUTHENTICATE"; readonly mechanism: string; readonly initial: Uint8Array | undefined }
  | { readonly name: "ENABLE"; readonly capabilities: readonly string[] }
  | { readonly name: "SELECT" | "EXAMINE"; readonly mailbox: MailboxName; readonly condstore: boolean }
  | { readonly name: "CREATE"; readonly mailbox: MailboxName; readonly specialUse: readonly string[] }
  | { readonly name: "DELETE" | "SUBSCRIBE" | "UNSUBSCRIBE"; readonly mailbox: MailboxName }
  | { readonly name: "RENAME"; readonly from: MailboxName; readonly to: MailboxName }
  | ListCommand
  | { readonly name: "LSUB"; readonly reference: string; readonly pattern: string }
  | { readonly name: "STATUS"; readonly mailbox: MailboxName; readonly items: readonly StatusItem[] }
  | AppendCommand
  | { readonly name: "EXPUNGE"; readonly uids: SequenceSet | undefined }
  | {
      readonly name: "SEARCH";
      readonly uid: boolean;
      readonly charset: string | undefined;
      readonly key: SearchKey;
      readonly returns: readonly SearchReturn[] | undefined;
    }
  | {
      readonly name: "FETCH";
      readonly uid: boolean;
      readonly set: SequenceSet;
      readonly items: readonly FetchItem[];
      readonly changedSince: number | undefined;
    }
  | StoreCommand
  | { readonly name: "COPY" | "MOVE"; readonly uid: boolean; readonly set: SequenceSet; readonly mailbox: MailboxName };

/** RFC 5258 and RFC 6154 section 3: selection and return options. Plain LIST has none. */
export type ListCommand = {
  readonly name: "LIST";
  readonly reference: string;
  readonly patterns: readonly string[];
  readonly select: readonly ("SUBSCRIBED" | "SPECIAL-USE" | "REMOTE" | "RECURSIVEMATCH")[];
  readonly returns: readonly ("SUBSCRIBED" | "CHILDREN" | "SPECIAL-USE")[];
  /** RFC 5819. */
  readonly status: readonly StatusItem[] | undefined;
};

export type StatusItem =
  | "MESSAGES"
  | "RECENT"
  | "UIDNEXT"
  | "UIDVALIDITY"
  | "UNSEEN"
  | "DELETED"
  | "SIZE"
  | "HIGHESTMODSEQ";

/** A message of APPEND up to its literal, whose octets do not pass through the parser. */
export type AppendMessage = {
  readonly flags: readonly string[];
  readonly date: { readonly epochMs: number; readonly zoneMinutes: number } | undefined;
  readonly literal: { readonly size: number; readonly synchronizing: boolean };
};

/** Everything of APPEND up to the literal of its first message. */
export type AppendCommand = AppendMessage & { readonly name: "APPEND"; readonly mailbox: MailboxName };

export type StoreCommand = {
  readonly name: "STORE";
  readonly uid: boolean;
  readonly set: SequenceSet;
  readonly kind: "add" | "remove" | "replace";
  readonly silent: boolean;
  readonly flags: readonly string[];
  /** RFC 7162 section 3.1.3. */
  readonly unchangedSince: number | undefined;
};

/** RFC 4731; parsed so that ESEARCH can be switched on without touching the grammar. */
export type SearchReturn = "MIN" | "MAX" | "ALL" | "COUNT";

export type SearchKey =
  | { readonly kind: "all" }
  | { readonly kind: "and"; readonly keys: readonly SearchKey[] }
  | { readonly kind: "or"; readonly left: SearchKey; readonly right: SearchKey }
  | { readonly kind: "not"; readonly key: SearchKey }
  /** A system flag by its bit of store/flags.ts is the server's matter: here its wire name, such as `\\Seen`, or a keyword. */
  | { readonly kind: "flag"; readonly flag: string; readonly set: boolean }
  /** RECENT, NEW and OLD of RFC 3501: `recent` is never set on our mails. */
  | { readonly kind: "recent"; readonly set: boolean }
  | { readonly kind: "sequence"; readonly set: SequenceSet }
  | { readonly kind: "uid"; readonly set: SequenceSet }
  | { readonly kind: "address"; readonly field: "from" | "to" | "cc" | "bcc"; readonly text: string }
  | { readonly kind: "subject"; readonly text: string }
  | { readonly kind: "header"; readonly field: string; readonly text: string }
  | { readonly kind: "body" | "text"; readonly text: string }
  /** `day` is the number of days since 1970-01-01 in the date as written; `internal` INTERNALDATE, `sent` the Date field, both without regard to zone. */
  | {
      readonly kind: "date";
      readonly of: "internal" | "sent";
      readonly when: "before" | "on" | "since";
      readonly day: number;
    }
  | { readonly kind: "size"; readonly when: "larger" | "smaller"; readonly octets: number }
  /** RFC 7162 section 3.1.5. */
  | { readonly kind: "modseq"; readonly value: number };

export type FetchItem =
  | { readonly kind: "UID" | "FLAGS" | "INTERNALDATE" | "RFC822.SIZE" | "ENVELOPE" | "BODYSTRUCTURE" | "MODSEQ" }
  /** BODY without section: BODYSTRUCTURE without extension data. */
  | { readonly kind: "BODY" }
  | BodySection
  /** RFC822, RFC822.HEADER, RFC822.TEXT: answered under their own name. */
  | { readonly kind: "RFC822" | "RFC822.HEADER" | "RFC822.TEXT" };

export type BodySection = {
  readonly kind: "BODY[]";
  readonly peek: boolean;
  /** Part numbers; empty for the message itself. */
  readonly part: readonly number[];
  readonly text: "" | "HEADER" | "HEADER.FIELDS" | "HEADER.FIELDS.NOT" | "TEXT" | "MIME";
  /** As written, for the answer. */
  readonly fields: readonly string[];
  readonly partial: { readonly offset: number; readonly length: number } | undefined;
};

/** What a parser found: a tagged command, or what was wrong and under which tag to say so. */
export type Parsed =
  | { readonly kind: "command"; readonly tag: string; readonly command: Command }
  | { readonly kind: "bad"; readonly tag: string; readonly sentence: string };
