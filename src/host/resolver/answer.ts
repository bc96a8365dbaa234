/** What a resolver answers, as values: a name that does not exist is an answer, and so is a server that cannot say. */

/** Names are in lower case, without the final dot; the root is `""`. */
export type RecordData = {
  readonly A: string;
  readonly AAAA: string;
  readonly CNAME: string;
  readonly PTR: string;
  readonly NS: string;
  readonly MX: { readonly preference: number; readonly exchange: string };
  /** RFC 6698 section 2.1. */
  readonly TLSA: {
    readonly usage: number;
    readonly selector: number;
    readonly matchingType: number;
    readonly data: Uint8Array;
  };
  /** The strings of one record, joined; each octet a character. */
  readonly TXT: string;
  readonly SRV: {
    readonly priority: number;
    readonly weight: number;
    readonly port: number;
    readonly target: string;
  };
  readonly CAA: { readonly flags: number; readonly tag: string; readonly value: string };
  /** Of the zone that the name begins; `primary` is its first name server. */
  readonly SOA: { readonly primary: string; readonly serial: number };
};
export type RecordType = keyof RecordData;

export type Answer<T extends RecordType> =
  | {
      readonly kind: "records";
      readonly records: readonly RecordData[T][];
      /** Where the records are, after all aliases. */
      readonly name: string;
      /** A trusted resolver has verified every step of it (RFC 4035 section 3.2.3). */
      readonly secure: boolean;
      /** The shortest of the whole chain. */
      readonly ttlS: number;
    }
  /** The name, or this type of record at the name, does not exist. */
  | { readonly kind: "nxdomain" | "nodata"; readonly secure: boolean }
  /** The resolver cannot say: also where signatures are wrong (RFC 7672 section 2.1.1). */
  | { readonly kind: "servfail" }
  | { readonly kind: "timeout" };

export interface Resolver {
  /** Never rejects. `name` is a valid name in A-labels, without the final dot. */
  resolve<T extends RecordType>(name: string, type: T): Promise<Answer<T>>;
  /** The answer, the same object each time, where it is at hand; asks nobody. Absent where nothing is kept. */
  atHand?<T extends RecordType>(name: string, type: T): Answer<T> | undefined;
}
