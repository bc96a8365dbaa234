/**
 * The notice that asks every worker to close an account's file as soon as nothing of it is under way, and not to open it
 * for a moment: another is to have it alone. With `isOver` it may be opened again.
 */

export const LET_GO_TOPIC = "mail/let-go";
/** How long a worker leaves the file alone when it never hears that the other is done; the file's lock holds longer. */
export const HOLD_OFF_MS = 2000;
