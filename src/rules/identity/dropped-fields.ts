/**
 * The fields that no submitted message leaves with, whatever they hold: one table of names and patterns, each with its reason.
 *
 * Fields that begin with X- are not all a program's: people write X-Clacks-Overhead, X-PGP-Key, X-Face or X-Debbugs-CC to be
 * read. So names go that tell by a word of theirs, or by their maker's prefix, that a program speaks of itself or of its
 * machine; what others hold is looked at by traces.ts.
 */

type Row = {
  readonly why: string;
  /** In lower case, separated by spaces. */
  readonly names?: string;
  /** Of a whole name in lower case; every alternative begins with what it looks for, and none repeats a repetition. */
  readonly form?: RegExp;
};

const ROWS: readonly Row[] = [
  { why: "RFC 5322 section 3.6: nobody else is to see who was written to in secret", names: "bcc resent-bcc" },
  {
    why: "the way so far, which begins at the client",
    names: "return-path received delivered-to x-original-to received-spf injection-info",
    form: /^x-(?:received|forwarded-)/,
  },
  {
    why: "what a submitter claims to have checked proves nothing, and names the hosts where that was",
    names: "authentication-results x-authentication-results x-authentication-warning x-virus-scanned",
    form: /^x-antivirus(?:-|$)/,
  },
  {
    why: "who logged in, which may be another address than the author's",
    names:
      "x-sender x-x-sender x-authenticated-sender x-authenticated-user x-authenticated-id x-auth-user x-envelope-from " +
      "x-apparently-from x-get-message-sender-via x-antiabuse x-authuser x-authentication x-auth-id x-login x-username " +
      "x-user x-userid x-env-sender x-lotus-fromdomain",
  },
  {
    why: "the program, its version, and the system that it runs on",
    names:
      "x-newsreader x-composer x-generator x-outlook x-mimetrack x-notes-item x-powered-by x-sent-via x-webmail x-javamail",
    form: /mailer|user-?agent|^x-mimeole|(?:^|-)(?:agent|client|software|library|program|version|php|script|os|operating-system)(?:-|$)/,
  },
  {
    why: "the machine: its name, addresses and paths",
    names:
      "x-real-addr x-remoteaddr x-clientip x-clientaddr x-hostname x-ipaddress x-sender-addr x-senderip x-source x-source-args " +
      "x-source-dir x-cron-env x-kernel x-uptime x-machine x-device x-pid",
    form: /originat|(?:^|-)(?:remote|host|ip)(?:-|$)/,
  },
  {
    why: "what clients note for themselves in drafts and folders",
    names:
      "fcc x-fcc x-draft-info x-draft-from auto-saved x-auto-saved status x-status x-uid x-gmail-original-message-id",
    form: /^x-(?:account|identity|universally-unique-identifier|uniform-type-identifier)/,
  },
  {
    why: "their makers' prefixes tell the program",
    form: /^x-(?:apple|mozilla|ms|microsoft|em|gm|google|yahoo|enigmail|android|mailbird|gnus|vm|mew|rim|exchange|mutt|nmh|wum|mb|ymail)-/,
  },
  {
    why: "the same, where the maker's name goes on without a dash",
    form: /^x-(?:evolution|kmail|claws|sylpheed|thunderbird|k9|squirrelmail|mailspring|bluemail)/,
  },
  {
    why: "the same, whether something follows or not",
    form: /^x-(?:horde|nylas|zimbra)(?:-|$)/,
  },
];

const NAMES: ReadonlySet<string> = new Set(ROWS.flatMap(({ names }) => names?.split(" ") ?? []));
const FORM: RegExp = new RegExp(
  ROWS.flatMap(({ form }) => (form === undefined ? [] : [`(?:${form.source})`])).join("|"),
);

/** Tells whether the field goes. MIME-Version, whose name would say so, is the caller's. @param name in lower case */
export function isDropped(name: string): boolean {
  return NAMES.has(name) || FORM.test(name);
}
