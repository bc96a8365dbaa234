/**
 * The public suites for RFC 7208 and RFC 4408 (openspf.org), whole: each case's result against ours, without exception.
 * Explanations are not compared: they are never fetched.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { corpusText, needsCorpora } from "../../../syntax/message/testdata.test.ts";
import { type Zone, zoneLookup } from "../zone.fixture.ts";
import { checkSpf } from "./check.ts";

type Case = {
  readonly host: string;
  readonly helo: string;
  readonly mailfrom: string;
  readonly result: string | readonly string[];
};
type Scenario = {
  readonly description: string;
  readonly tests: Readonly<Record<string, Case>>;
  readonly zonedata: Zone;
};

function scenarios(path: string): readonly Scenario[] {
  return parseAllDocuments(corpusText(path)).map((document) => document.toJS() as Scenario);
}

/** Records of the type SPF stand for TXT where the name has none of that type, as the suite asks. */
function withTexts(zone: Zone): Zone {
  const copy: Record<string, Zone[string]> = {};
  for (const [name, entries] of Object.entries(zone)) {
    const hasText = entries.some((entry) => typeof entry === "object" && entry["TXT"] !== undefined);
    copy[name] = entries.map((entry) =>
      !hasText && typeof entry === "object" && entry["SPF"] !== undefined ? { TXT: entry["SPF"] } : entry,
    );
  }
  return copy;
}

async function differences(path: string, cases: number): Promise<readonly string[]> {
  const different: string[] = [];
  let count = 0;
  for (const { description, tests, zonedata } of scenarios(path)) {
    const lookup = zoneLookup(withTexts(zonedata));
    for (const [name, { host, helo, mailfrom, result }] of Object.entries(tests)) {
      count++;
      const at = mailfrom.lastIndexOf("@");
      const question =
        mailfrom === ""
          ? { local: "", domain: helo, scope: "helo" as const }
          : { local: mailfrom.slice(0, Math.max(at, 0)), domain: mailfrom.slice(at + 1), scope: "mailfrom" as const };
      const spf = await checkSpf({ address: host, helo, ...question }, lookup);
      if (![result].flat().includes(spf.result))
        different.push(`${description}, ${name}: ${spf.result} (${spf.reason}), not ${[result].flat().join(" or ")}`);
    }
  }
  assert.equal(count, cases);
  return different;
}

test("SPF: all cases of the suite for RFC 7208", needsCorpora, async () => {
  assert.deepEqual(await differences("spf-openspf/rfc7208-tests.yml", 203), []);
});

test("SPF: all cases of the suite for RFC 4408", needsCorpora, async () => {
  assert.deepEqual(await differences("spf-openspf/rfc4408-tests.yml", 191), []);
});
