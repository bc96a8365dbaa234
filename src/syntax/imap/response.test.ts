import assert from "node:assert/strict";
import { test } from "node:test";
import { EMPTY, fromNumbers, range } from "../bytes/number-set.ts";
import {
  enabledResponse,
  esearchResponse,
  flagsResponse,
  idResponse,
  listResponse,
  namespaceResponse,
  searchResponse,
  statusResponse,
} from "./response.ts";
import { appendUid, badCharset, capability, copyUid, modified, numberCode, permanentFlags } from "./response-code.ts";

test("LIST, LSUB, STATUS, FLAGS, NAMESPACE as in RFC 9051 section 7.3", () => {
  const listed = { attributes: ["\\Noselect"], delimiter: "/", mailbox: "~/Mail/foo" };
  assert.equal(listResponse("LIST", listed), '* LIST (\\Noselect) "/" ~/Mail/foo\r\n');
  assert.equal(
    listResponse("LIST", { attributes: [], delimiter: undefined, mailbox: "a b", childInfo: ["SUBSCRIBED"] }),
    '* LIST () NIL "a b" ("CHILDINFO" ("SUBSCRIBED"))\r\n',
  );
  assert.equal(listResponse("LSUB", { ...listed, delimiter: "\\" }), '* LSUB (\\Noselect) "\\\\" ~/Mail/foo\r\n');
  assert.equal(
    statusResponse("blurdybloop", [
      ["MESSAGES", 231],
      ["UIDNEXT", 44292],
    ]),
    "* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n",
  );
  assert.equal(flagsResponse(["\\Answered", "\\Seen"]), "* FLAGS (\\Answered \\Seen)\r\n");
  assert.equal(namespaceResponse("", "/"), '* NAMESPACE (("" "/")) NIL NIL\r\n');
});

test("SEARCH and ESEARCH", () => {
  assert.equal(searchResponse(fromNumbers([2, 84, 882]), undefined), "* SEARCH 2 84 882\r\n");
  assert.equal(searchResponse(fromNumbers([2, 5]), 917162500), "* SEARCH 2 5 (MODSEQ 917162500)\r\n");
  assert.equal(searchResponse(EMPTY, 917162500), "* SEARCH\r\n");
  assert.equal(esearchResponse("A282", false, { min: 2, count: 3 }), '* ESEARCH (TAG "A282") MIN 2 COUNT 3\r\n');
  assert.equal(
    esearchResponse("A283", true, { max: 9, all: fromNumbers([2, 10, 11]), modSeq: 7 }),
    '* ESEARCH (TAG "A283") UID MAX 9 ALL 2,10:11 MODSEQ 7\r\n',
  );
  assert.equal(esearchResponse("A284", false, { all: EMPTY, count: 0 }), '* ESEARCH (TAG "A284") COUNT 0\r\n');
});

test("ID and ENABLED", () => {
  assert.equal(idResponse([]), "* ID NIL\r\n");
  assert.equal(
    idResponse([
      ["name", "AltMail"],
      ["os", undefined],
    ]),
    '* ID ("name" "AltMail" "os" NIL)\r\n',
  );
  assert.equal(enabledResponse(["CONDSTORE"]), "* ENABLED CONDSTORE\r\n");
  assert.equal(enabledResponse([]), "* ENABLED\r\n");
});

test("response codes", () => {
  assert.equal(appendUid(38505, range(3955, 3955)), "APPENDUID 38505 3955");
  assert.equal(appendUid(38505, range(3955, 3957)), "APPENDUID 38505 3955:3957");
  assert.equal(copyUid(38505, fromNumbers([304, 319, 320]), range(3956, 3958)), "COPYUID 38505 304,319:320 3956:3958");
  assert.equal(modified(fromNumbers([7, 9])), "MODIFIED 7,9");
  assert.equal(permanentFlags(["\\Deleted", "\\*"]), "PERMANENTFLAGS (\\Deleted \\*)");
  assert.equal(badCharset(["US-ASCII", "UTF-8"]), "BADCHARSET (US-ASCII UTF-8)");
  assert.equal(capability(["IMAP4rev1", "IDLE"]), "CAPABILITY IMAP4rev1 IDLE");
  assert.equal(numberCode("UIDNEXT", 4392), "UIDNEXT 4392");
});
