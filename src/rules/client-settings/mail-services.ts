/** What mail programs must know of this service to set themselves up: names and ports, and nothing of any person. */

/** A port that is undefined is not offered. */
export type MailServices = {
  /** Of the service, as people know it. */
  readonly name: string;
  /** Where the servers are, in A-labels. */
  readonly hostName: string;
  /** With TLS from the first octet. */
  readonly imaps: number | undefined;
  readonly submissions: number | undefined;
  /** With STARTTLS. */
  readonly submission: number | undefined;
  /** The address of the page on settings. */
  readonly documentation: string;
};
