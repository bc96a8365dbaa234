/** The bounds of an account's record, each with its reason; passed in, so that a test can make them small. */

const GIB: number = 1024 ** 3;

export type AccountLimits = {
  /** Octets of mail for an account that is made without a quota of its own. */
  readonly quotaBytes: number;
  /** Aliases of one account without a plan: each is an address that nobody else can have. */
  readonly aliases: number;
  /** Aliases with those that were removed: names that nobody else can have, so nobody may take them by the thousand. */
  readonly aliasNames: number;
  /** App passwords of one account: one a client; each failed log-in compares with all. */
  readonly appPasswords: number;
  /** Characters of an app password's label. */
  readonly labelLength: number;
  /** Mail files made at once when many accounts are added: enough to share the disk's syncs. */
  readonly filesAtOnce: number;
};

export const accountLimits: AccountLimits = Object.freeze({
  quotaBytes: 10 * GIB,
  aliases: 100,
  aliasNames: 300,
  appPasswords: 50,
  labelLength: 64,
  filesAtOnce: 16,
});
