/**
 * Reads an aggregate report on a domain of ours (RFC 9990 section 3.1.1, and its forerunners), element by element, so that
 * reports of any length need the same memory. Kept are sums by what our own servers and others sent and what came of it;
 * addresses and names of single rows are not. What is not there counts as failed; what is no report is `undefined`.
 */
import type { XmlEvent } from "../../syntax/xml/elements.ts";
import { type ReadReport, readCount, ResultSums } from "../daily-report/read-report.ts";
import { readHostName } from "../route/host-name.ts";

/** RFC 9990 section 3.1.1.9. */
const DISPOSITIONS: ReadonlySet<string> = new Set(["none", "pass", "quarantine", "reject"]);
/** What is kept of one record until its end, and of the head; by element and the one around it. */
const ROW: ReadonlySet<string> = new Set([
  "row/source_ip",
  "row/count",
  "policy_evaluated/disposition",
  "policy_evaluated/dkim",
  "policy_evaluated/spf",
]);
const HEAD: ReadonlySet<string> = new Set([
  "report_metadata/org_name",
  "report_metadata/report_id",
  "date_range/begin",
  "date_range/end",
  "policy_published/domain",
]);
const MAX_TEXT = 200;

export class DmarcReportReader {
  readonly #isOurs: (address: string) => boolean;
  readonly #path: string[] = [];
  readonly #head = new Map<string, string>();
  readonly #row = new Map<string, string>();
  readonly #sums = new ResultSums();
  #state: "before" | "inside" | "whole" | "refused" = "before";

  /** @param isOurs whether mail from this address comes from our own servers */
  constructor(isOurs: (address: string) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Takes the events of a document in their order. */
  take(event: XmlEvent): void {
    switch (event.kind) {
      case "refused":
        this.#state = "refused";
        return;
      case "start":
        this.#path.push(event.name);
        if (event.name === "feedback" && this.#state === "before") this.#state = "inside";
        return;
      case "end":
        this.#path.pop();
        if (this.#state === "inside") this.#end(event.name, event.text);
    }
  }

  /** The document is over. */
  end(): ReadReport | undefined {
    const head = (name: string): string => this.#head.get(name) ?? "";
    const from = timeOf(head("date_range/begin"));
    const until = timeOf(head("date_range/end"));
    const domain = readHostName(head("policy_published/domain").toLowerCase());
    // One that is cut off would be counted in part, and its repetition not at all.
    if (this.#state !== "whole" || from === undefined || until === undefined || domain === undefined) return undefined;
    return {
      kind: "dmarc",
      organisation: head("report_metadata/org_name"),
      id: head("report_metadata/report_id"),
      from,
      until,
      results: this.#sums.all().map((sum) => ({ ...sum, domain })),
    };
  }

  #end(name: string, text: string): void {
    const key = `${this.#path.at(-1) ?? ""}/${name}`;
    if (ROW.has(key)) this.#row.set(key, text.slice(0, MAX_TEXT));
    else if (HEAD.has(key) && !this.#head.has(key)) this.#head.set(key, text.slice(0, MAX_TEXT));
    else if (name === "record") this.#endRecord();
    else if (name === "feedback") this.#state = "whole";
  }

  #endRecord(): void {
    const row = (key: string): string => this.#row.get(key)?.toLowerCase() ?? "";
    const passed = (key: string): string => (row(key) === "pass" ? "pass" : "fail");
    const disposition = row("policy_evaluated/disposition");
    const count = row("row/count");
    this.#sums.add(
      "",
      [
        this.#isOurs(row("row/source_ip")) ? "ours" : "others",
        `dkim=${passed("policy_evaluated/dkim")}`,
        `spf=${passed("policy_evaluated/spf")}`,
        DISPOSITIONS.has(disposition) ? disposition : "unsaid",
      ].join(" "),
      readCount(/^\d{1,15}$/.test(count) ? Number(count) : undefined),
    );
    this.#row.clear();
  }
}

/** Seconds since the epoch, as text. */
const timeOf = (text: string): number | undefined => (/^\d{1,11}$/.test(text) ? Number(text) * 1000 : undefined);
