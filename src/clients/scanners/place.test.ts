import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsOfPlace, isLocal, type Place } from "./place.ts";

const at = (host: string): Place => ({ kind: "port", host, port: 11333 });

test("what is said to a scanner on loopback or a socket stays on this machine", () => {
  for (const place of [
    { kind: "socket", path: "/run/x" } as const,
    at("127.0.0.1"),
    at("127.9.9.9"),
    at("::1"),
    at("localhost"),
  ]) {
    assert.equal(isLocal(place), true);
    assert.deepEqual(findingsOfPlace(place, "x"), []);
  }
  for (const host of ["10.0.0.1", "127.0.0.1.example.org", "127.example.org", "::2", "", "scanner"]) {
    assert.equal(isLocal(at(host)), false);
    assert.match(findingsOfPlace(at(host), "clamd").join(), /^clamd .*unencrypted/);
  }
});
