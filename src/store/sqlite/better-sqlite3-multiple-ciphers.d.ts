/**
 * The part of the SQLite binding that the stores use. The package's own types are hidden from `nodenext` resolution by
 * its `exports`, and name more than we want: no iterators (none may live across an await), no 64-bit integers.
 */
declare module "better-sqlite3-multiple-ciphers" {
  export type Value = null | number | bigint | string | Uint8Array;
  export type RunResult = { readonly changes: number; readonly lastInsertRowid: number };

  export interface Statement {
    /** It writes nothing. */
    readonly readonly: boolean;
    run(...values: readonly Value[]): RunResult;
    get(...values: readonly Value[]): unknown;
    all(...values: readonly Value[]): unknown[];
    /** Rows as arrays. */
    raw(on?: boolean): this;
    /** The first column alone. */
    pluck(on?: boolean): this;
  }

  export default class Database {
    constructor(path: string, options?: { fileMustExist?: boolean; readonly?: boolean; timeout?: number });
    readonly open: boolean;
    readonly inTransaction: boolean;
    readonly name: string;
    prepare(sql: string): Statement;
    exec(sql: string): this;
    pragma(text: string, options?: { simple?: boolean }): unknown;
    /** The pages as the pager sees them: deciphered. */
    serialize(): Buffer;
    close(): this;
  }
}
