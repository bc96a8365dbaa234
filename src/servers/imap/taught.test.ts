import assert from "node:assert/strict";
import { test } from "node:test";
import { LineReader } from "../../../test/transcript/line-reader.ts";
import { DOMAIN, HOST, idOf, PASSWORD } from "../../../test/world/cast.ts";
import { ServiceWorld } from "../../../test/world/service-world.ts";
import { worldSpool } from "../../../test/world/spool.ts";
import type { HolderAct } from "../../service/defence/holder-act.ts";
import { createCapture } from "../../service/delivery/capture.ts";
import { ANSWERED } from "../../store/flags.ts";
import { numbers } from "../../syntax/bytes/number-set.ts";
import { imapLimits } from "./limits.ts";
import { serveImap } from "./server.ts";

test("F6: what a holder moves, copies and marks is told after its commit, as UIDs of where the mail is now", async () => {
  await using world = await ServiceWorld.open("memory", new Map([["given", "INBOX with 6 messages"]]));
  const told: HolderAct[] = [];
  const intake = createCapture({ spool: await worldSpool() });
  world.serve = (connection) =>
    serveImap(connection, {
      mail: world.mail,
      authenticator: world.authenticator,
      intake,
      taught(account, act) {
        assert.equal(account, idOf("u1"));
        told.push(act);
      },
      clock: world.clock,
      log: () => {},
      limits: imapLimits,
      signal: world.stop.signal,
      hostName: HOST,
      allowCleartext: true,
    });
  const stream = await world.connect("1");
  const reader = new LineReader(stream);
  /** Says a command and reads to its answer. */
  const say = async (command: string): Promise<void> => {
    stream.write(`t ${command}\r\n`);
    for (let line = await reader.read(); !line?.startsWith("t "); line = await reader.read())
      assert.notEqual(line, undefined, "the server closed");
  };
  const of = async (name: string): Promise<unknown> => (await world.mail.read(idOf("u1")).mailbox(name))?.id;
  await say(`LOGIN u1@${DOMAIN} ${PASSWORD}`);
  await say("SELECT INBOX");
  const [inbox, junk] = [await of("INBOX"), await of("Junk")];
  const last = (): unknown => {
    const act = told.at(-1) ?? assert.fail("nothing was told");
    return { ...act, uids: [...numbers(act.uids)] };
  };
  await say("UID MOVE 2:3 Junk");
  assert.deepEqual(last(), { kind: "moved", from: inbox, mailbox: junk, uids: [1, 2] });
  await say("COPY 1 Junk");
  assert.deepEqual(last(), { kind: "moved", from: inbox, mailbox: junk, uids: [3] });
  await say("STORE 1:2 +FLAGS.SILENT (\\Answered $NotJunk)");
  const flags = { system: ANSWERED, keywords: ["$NotJunk"] };
  assert.deepEqual(last(), { kind: "marked", flags, mailbox: inbox, uids: [1, 4] });
  await say("UID STORE 1,5 (UNCHANGEDSINCE 2) +FLAGS ($Junk)");
  assert.deepEqual((last() as { uids: unknown }).uids, [], "what was left alone is not told");
  const count = told.length;
  for (const command of ["STORE 1 -FLAGS (\\Answered)", "STORE 1 FLAGS ($Junk)", "UID MOVE 99 Junk", "COPY 1 None"])
    await say(command);
  assert.equal(told.length, count);
  await say("SELECT Junk");
  await say("MOVE 1 INBOX");
  assert.deepEqual(last(), { kind: "moved", from: junk, mailbox: inbox, uids: [7] });
  stream.destroy();
});
