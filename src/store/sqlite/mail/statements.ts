/** The statements of an open file, by their text. What a row holds is known where its SQL is written. */
import type { Value } from "better-sqlite3-multiple-ciphers";

export interface Statements {
  /** Runs a statement that answers nothing; returns how many rows it changed. */
  run(sql: string, ...values: readonly Value[]): number;
  /** The first row, as an object with the names that `sql` gives to its columns. */
  row(sql: string, ...values: readonly Value[]): unknown;
  rows<T>(sql: string, ...values: readonly Value[]): T[];
  /** The first column of the first row. */
  value(sql: string, ...values: readonly Value[]): unknown;
  /** The first column of all rows. */
  column<T>(sql: string, ...values: readonly Value[]): T[];
}
