/** What HTTP servers of ours hold between a request and its answer: routes by path, and answers made of a few values. */

export type WebAnswer = {
  readonly code: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};
export type WebRequest = {
  /** Of the Host field, lower case, without the port. */
  readonly host: string;
  /** As sent, without what follows a question mark. */
  readonly path: string;
};
/** `undefined`: it knows nothing of this path. */
export type WebRoute = (request: WebRequest) => WebAnswer | undefined | Promise<WebAnswer | undefined>;
/** By path. */
export type WebRoutes = Readonly<Record<string, WebRoute>>;

export const plain = (code: number, sentence: string): WebAnswer => ({
  code,
  type: "text/plain; charset=utf-8",
  body: `${sentence}\n`,
});
