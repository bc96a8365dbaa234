/** Events of the imap area. */

export const imapEvents = {} as const;
