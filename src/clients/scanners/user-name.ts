/** The name under which a scanner keeps statistics of one person: a token that fits into any protocol, and no address. */

/** The name, if it is one; what could be an address or break a line is not told. */
export function userName(user: string | undefined): string | undefined {
  return user !== undefined && /^[A-Za-z0-9_-]{1,64}$/.test(user) ? user : undefined;
}
