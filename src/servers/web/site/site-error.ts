/** Pages that cannot be served. Its message is sentences for who writes or runs the site, one a line, each with file and line. */
import { HostError } from "../../../host/host-error.ts";

export type Fault = { readonly file: string; readonly line: number; readonly sentence: string };

export class SiteError extends HostError {
  constructor(faults: readonly Fault[]) {
    super(faults.map(({ file, line, sentence }) => `${file} line ${line}: ${sentence}`).join("\n"));
    this.name = "SiteError";
  }
}
