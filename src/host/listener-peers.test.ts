import assert from "node:assert/strict";
import { test } from "node:test";
import { peerOf, Peers, plainAddress } from "./listener-peers.ts";

test("peers are counted by IPv4 address or IPv6 network", () => {
  assert.equal(plainAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(plainAddress("fe80::1%eth0"), "fe80::1");
  assert.equal(peerOf("192.0.2.1"), "192.0.2.1");
  assert.equal(peerOf("2001:db8:0:1::5"), "2001:db8:0:1");
  assert.equal(peerOf("2001:0DB8:0000:0001:ffff:1:2:3"), "2001:db8:0:1");
  assert.equal(peerOf("2001:db8::5"), "2001:db8:0:0");
  assert.equal(peerOf("::1"), "0:0:0:0");
  assert.equal(peerOf("64:ff9b::192.0.2.1"), "64:ff9b:0:0");
});

test("counts hold after any order of coming and going", () => {
  const peers = new Peers({ connections: 3, perPeer: 2 });
  assert.equal(peers.enter("a"), "entered");
  assert.equal(peers.enter("a"), "entered");
  assert.equal(peers.enter("a"), "peer");
  assert.equal(peers.enter("b"), "entered");
  assert.equal(peers.enter("c"), "full");
  peers.leave("a");
  assert.equal(peers.enter("c"), "entered");
  peers.leave("c");
  assert.equal(peers.enter("a"), "entered");
});
