/** Events of the smtp area. */

export const smtpEvents = {} as const;
