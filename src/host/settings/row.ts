/** What a setting is: a row of data, from which the reader, the manual and the example file are made (rows.ts). */
import type { z } from "zod";
import type { Settings } from "./settings.ts";

export type Row<T> = {
  readonly name: string;
  /** The form of the value. `folder` is where relative paths start. */
  readonly form: (folder: string) => z.ZodType<T>;
  readonly unit: string;
  /** As it would stand in the file; `undefined` where it must be given. */
  readonly otherwise: string | undefined;
  /** As it could stand in the file. */
  readonly example: string;
  readonly sentence: string;
};

export type RowsOf<K extends keyof Settings> = { readonly [N in K]: Row<Settings[N]> };
