/**
 * The layers of the program, held against its imports (ARCHITECTURE.md tells the same in prose). Test files, and the
 * contract suites that several implementations share, may import anything; main.ts, cli and lab see everything.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path/posix";
import { test } from "node:test";

type Layer = {
  /** Layers below, by the folder that starts them. */
  readonly sees: readonly string[];
  /** Modules from outside: everything, or only these. */
  readonly outside: "any" | readonly string[];
};

/** The longest folder that a file lies in decides. */
const LAYERS: Readonly<Record<string, Layer>> = {
  syntax: { sees: [], outside: [] },
  rules: { sees: ["syntax"], outside: ["node:crypto"] },
  host: { sees: [], outside: "any" },
  store: { sees: ["syntax", "host"], outside: "any" },
  // keys.db is a database like the others and opened by the same function; lint forbids that this becomes a circle.
  "store/crypt": { sees: ["syntax", "host", "store", "store/sqlite"], outside: "any" },
  "store/memory": { sees: ["syntax", "host", "store"], outside: "any" },
  "store/failing": { sees: ["syntax", "host", "store"], outside: "any" },
  "store/sqlite": { sees: ["syntax", "host", "store", "store/crypt"], outside: "any" },
  service: { sees: ["syntax", "rules", "host", "store"], outside: "any" },
  servers: { sees: ["syntax", "rules", "host", "store", "service"], outside: "any" },
  clients: { sees: ["syntax", "rules", "host", "store", "service"], outside: "any" },
};
/** Parts that put the others together. */
const WHOLE = ["main.ts", "cli/", "lab/"];
/** Folders whose children know nothing of one another. */
const STRANGERS = ["servers", "clients"];
/** Names that say nothing of what is inside. */
const EMPTY_NAMES = /^(?:index|utils?|helpers?|common|misc|types|shared)$/;
const MAX_LINES = 400;

const sources: readonly string[] = globSync("**/*.ts", { cwd: "src" }).toSorted();
const isTest = (file: string): boolean => /\.(?:test|fixture)\.ts$/.test(file) || file.startsWith("store/contract/");
const isWhole = (file: string): boolean => WHOLE.some((part) => file === part || file.startsWith(part));

function layerOf(path: string): string | undefined {
  const parts = path.split("/");
  for (let length = parts.length - 1; length > 0; length--) {
    const folder = parts.slice(0, length).join("/");
    if (Object.hasOwn(LAYERS, folder)) return folder;
  }
  return undefined;
}

/** The part of `servers` or `clients` that a file belongs to: files directly in the folder are shared by all. */
function strangerOf(parent: string, path: string): string | undefined {
  const [top, child, ...rest] = path.split("/");
  return top === parent && rest.length > 0 ? child : undefined;
}

/** Specifiers of static imports and re-exports; dynamic ones count too. */
function importsOf(source: string): readonly string[] {
  const found = source.matchAll(
    /^(?:import|export)\s[^"';=()]*?\bfrom\s+["']([^"']+)["']|^import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm,
  );
  return Array.from(found, ([, named, bare, dynamic]) => named ?? bare ?? dynamic ?? "");
}

function wrongImports(file: string, source: string): readonly string[] {
  const layer = layerOf(file);
  const rules = layer === undefined ? undefined : LAYERS[layer];
  if (layer === undefined || rules === undefined) return [`src/${file} lies in no layer`];
  const wrong: string[] = [];
  for (const target of importsOf(source)) {
    if (!target.startsWith(".")) {
      if (rules.outside !== "any" && !rules.outside.includes(target)) wrong.push(`${layer}/ must not import ${target}`);
      continue;
    }
    const to = join(dirname(file), target);
    const below = layerOf(to);
    if (below === undefined || (below !== layer && !rules.sees.includes(below)))
      wrong.push(`${layer}/ must not import src/${to}`);
    for (const parent of STRANGERS) {
      const [own, other] = [strangerOf(parent, file), strangerOf(parent, to)];
      if (own !== undefined && other !== undefined && own !== other)
        wrong.push(`${parent}/${own} must not import ${parent}/${other}`);
    }
  }
  return wrong;
}

test("every source imports only what its layer may see", () => {
  const wrong = sources
    .filter((file) => !isTest(file) && !isWhole(file))
    .flatMap((file) => wrongImports(file, readFileSync(join("src", file), "utf8")).map((line) => `${file}: ${line}`));
  assert.deepEqual(wrong, []);
});

test("the layer rules refuse what they should", () => {
  const refused = (file: string, source: string): boolean => wrongImports(file, source).length > 0;
  assert.ok(refused("syntax/imap/a.ts", 'import { b } from "node:fs";'));
  assert.ok(refused("syntax/imap/a.ts", 'import { b } from "../../host/clock.ts";'));
  assert.ok(refused("servers/imap/a.ts", 'import type {\n  B,\n} from "../smtp/b.ts";'));
  assert.ok(refused("servers/imap/a.ts", 'import { b } from "../../store/sqlite/database.ts";'));
  assert.ok(refused("store/memory/a.ts", 'export { b } from "../sqlite/b.ts";'));
  assert.ok(refused("service/a/b.ts", 'const x = await import("../../servers/imap/c.ts");'));
  assert.ok(refused("host/log/a.ts", 'import { b } from "../../store/ids.ts";'));
  assert.ok(refused("elsewhere/a.ts", ""));
  assert.ok(
    !refused("servers/imap/a.ts", 'import { b } from "../../service/x/b.ts";\nimport { c } from "./commands/c.ts";'),
  );
});

test("no source is longer than 400 lines", () => {
  const long = sources.filter((file) => readFileSync(join("src", file), "utf8").split("\n").length - 1 > MAX_LINES);
  assert.deepEqual(long, []);
});

test("no file or folder has a name that says nothing", () => {
  const empty = sources.filter((file) => file.split("/").some((part) => EMPTY_NAMES.test(basename(part, ".ts"))));
  assert.deepEqual(empty, []);
});

test("every source opens with what it is", () => {
  const silent = sources.filter((file) => {
    const source = readFileSync(join("src", file), "utf8");
    return (
      !file.endsWith(".test.ts") &&
      !/^(?:#!.*\n)?\/\*\*/.test(source) &&
      !/^import [^;]+;\n(?:import [^;]+;\n)*\n?\/\*\*/.test(source)
    );
  });
  assert.deepEqual(silent, []);
});

test("no check is switched off in the source, and no test rests", () => {
  const off = sources.filter((file) =>
    /@ts-(?:ignore|expect-error|nocheck)|\bas any\b|(?:oxlint|eslint)-disable|biome-ignore|\b(?:test|it|describe)\.(?:skip|only|todo)\b/.test(
      readFileSync(join("src", file), "utf8"),
    ),
  );
  assert.deepEqual(off, []);
});
