/** What the server can do, as CAPABILITY, the greeting and the answer to a log-in say it: RFC 9051 section 7.2.2. */

/** Before log-in; the rest would only lengthen the greeting of each poll. */
export const GREETING_CAPABILITIES: string =
  "IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN ID ENABLE IDLE NAMESPACE UIDPLUS MULTIAPPEND UNSELECT MOVE CHILDREN SPECIAL-USE " +
  "CREATE-SPECIAL-USE LIST-EXTENDED LIST-STATUS CONDSTORE ESEARCH";

/** After log-in: without what only serves to log in. */
export const CAPABILITIES: string = GREETING_CAPABILITIES.replace(" AUTH=PLAIN", "").replace(" SASL-IR", "");
