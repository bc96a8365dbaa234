/**
 * The public suite for ARC (ValiMail): each case for validators against ours. Its cases for signers have nothing to show
 * here: nothing is sealed, and the seals of the suite are written anew, with tags in alphabetical order, so that they
 * cannot be verified.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import { corpusText, mail, needsCorpora } from "../../../syntax/message/testdata.test.ts";
import { BodyDigests } from "../dkim/body-hash.ts";
import { readKeyAnswer } from "../dkim/key.ts";
import { SignedHeader } from "../dkim/signed-header.ts";
import { texts, zoneLookup } from "../zone.fixture.ts";
import { readChain } from "./chain.ts";
import { type Arc, needBodies, verifyChain } from "./verify.ts";

type Scenario = {
  readonly tests: Readonly<Record<string, { readonly message: string; readonly cv: string }>>;
  readonly "txt-records": Readonly<Record<string, string>>;
};

/** Cases in which we say another thing, and why. */
const DEVIATIONS: Readonly<Record<string, readonly [result: Arc["result"], reason: string]>> = {
  cv_fail_i1_as_cv_fail: ["fail", "the suite leaves it open; RFC 8617 section 5.2, step 2, says fail"],
  cv_fail_i2_as2_fail: ["fail", "the suite leaves it open; RFC 8617 section 5.2, step 2, says fail"],
  cv_fail_i2_as1_fail: ["fail", "the suite leaves it open; RFC 8617 section 5.2, step 3, says fail"],
  ams_fields_c_na: ["fail", "without c= the form is simple (RFC 6376 section 3.5), and this was signed relaxed"],
  ams_fields_h_empty: [
    "fail",
    "a signature covers From (RFC 6376 section 5.4); the draft of the suite did not ask for it",
  ],
};

async function chainOf(text: string, records: Readonly<Record<string, string>>): Promise<Arc> {
  const octets = mail(text);
  const end = Buffer.from(octets).indexOf("\r\n\r\n");
  const header = new SignedHeader(end < 0 ? octets : octets.subarray(0, end + 2));
  const chain = readChain(header, (name) => (/^[a-z0-9._-]+$/i.test(name) ? name.toLowerCase() : undefined));
  const digests = new BodyDigests(4);
  needBodies(chain, digests);
  if (end >= 0) digests.write(octets.subarray(end + 4));
  digests.end();
  const lookup = zoneLookup(texts(records));
  return verifyChain(chain, header, digests, async (domain, selector) =>
    readKeyAnswer(await lookup(`${selector}._domainkey.${domain}`, "TXT")),
  );
}

test("ARC: all cases of the suite for validators", needsCorpora, async () => {
  const different: string[] = [];
  const passed = new Map<string, string>();
  let count = 0;
  for (const document of parseAllDocuments(corpusText("arc-valimail/arc-draft-validation-tests.yml"))) {
    const scenario = document.toJS() as Scenario;
    for (const [name, { message, cv }] of Object.entries(scenario.tests)) {
      count++;
      const { result, reason, oldestPass, sealers } = await chainOf(message, scenario["txt-records"] ?? {});
      if (result === "pass") passed.set(name, `${sealers.length} ${oldestPass}`);
      const wanted = DEVIATIONS[name]?.[0] ?? (cv === null ? "none" : cv.toLowerCase());
      if (result !== wanted) different.push(`${name}: ${result} (${reason}), not ${wanted}`);
    }
  }
  assert.equal(count, 171);
  assert.deepEqual(different, []);
  // RFC 8617 section 5.2, step 5: how many sealed, and since whom the message is unchanged.
  const since = ["cv_pass_i1_1", "cv_pass_i2_1", "cv_pass_i2_1_ams1_invalid", "cv_pass_i5_1"].map((n) => passed.get(n));
  assert.deepEqual(since, ["1 0", "2 0", "2 2", "5 0"]);
});
