import assert from "node:assert/strict";
import { test } from "node:test";
import { readDate } from "./date.ts";

test("RFC 5322 section 3.3 and RFC 5322 section 4.3, and common slips", () => {
  const same: [string, string | undefined][] = [
    ["Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T09:55:06-06:00"],
    ["21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06Z"],
    ["Fri, 21 Nov 1997 09(comment (nested)):   55  :  06 -0600", "1997-11-21T09:55:06-06:00"],
    ["Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)", "1969-02-13T23:32:00-03:30"],
    ["Tue, 1 Jul 2003 10:52:37 EDT", "2003-07-01T10:52:37-04:00"],
    ["1 Jul 03 10:52 Z", "2003-07-01T10:52:00Z"],
    ["Tue 1 July 2003 10:52:37", "2003-07-01T10:52:37Z"],
    ["1-Jul-2003 10:52:37 +0200", "2003-07-01T10:52:37+02:00"],
    ["Tue, 01 Jul 2003 10:52:37 GMT+0200", "2003-07-01T10:52:37+02:00"],
    ["Mon Jan  2 15:04:05 2006", "2006-01-02T15:04:05Z"],
    ["Mon Jan 2 15:04:05 -0700 2006", "2006-01-02T15:04:05-07:00"],
    ["Sat, 31 Dec 2016 23:59:60 +0000", "2017-01-01T00:00:00Z"],
    ["1 Foo 2003 10:52 Z", undefined],
    ["32 Jan 2003 10:52 Z", undefined],
    ["1 Jan 2003 24:52 Z", undefined],
    ["1 Jan 99999 10:52 Z", undefined],
    ["", undefined],
    ["yesterday", undefined],
  ];
  for (const [text, iso] of same) assert.equal(readDate(text)?.epochMs, iso && Date.parse(iso), text);
});

test("the zone as written", () => {
  assert.equal(readDate("Thu, 13 Feb 1969 23:32 -0330")?.zoneMinutes, -210);
  assert.equal(readDate("1 Jul 2003 10:52:37 PDT")?.zoneMinutes, -420);
  assert.equal(readDate("1 Jul 2003 10:52:37")?.zoneMinutes, 0);
});
