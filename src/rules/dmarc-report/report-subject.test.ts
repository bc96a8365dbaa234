import assert from "node:assert/strict";
import { test } from "node:test";
import { isReportSubject } from "./report-subject.ts";

test("RFC 9990 section 3.5.2: a report is known by its Subject, folded or not", () => {
  for (const subject of [
    "Report Domain: example.com Submitter: mail.receiver.example Report-ID: <sample-ridtxt@example.com>",
    "Report domain: borschow.com Submitter: google.com Report-ID: 949348866075514174",
    "Report Domain:\r\n example.com\r\n Submitter:\r\n mail.example",
  ])
    assert.equal(isReportSubject(subject), true, subject);
  for (const subject of ["", "Re: Report Domain: a.example Submitter: b", "Report Domain: and more", "Report"])
    assert.equal(isReportSubject(subject), false, subject);
});
