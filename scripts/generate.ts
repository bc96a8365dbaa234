/** `npm run generate` writes the pages and pictures that are made from the program's own tables; `--check` fails when one differs. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { eventsPage } from "../src/host/events/reference.ts";
import { settingsPage } from "../src/host/settings/reference.ts";
import { dkimKey } from "./pictures/dkim-key.ts";
import { queueLife } from "./pictures/queue-life.ts";
import { queueSchedule } from "./pictures/queue-schedule.ts";

const PAGES: Readonly<Record<string, () => string>> = {
  "docs/settings.md": settingsPage,
  "docs/events.md": eventsPage,
  "docs/dkim-key.svg": dkimKey,
  "docs/queue-life.svg": queueLife,
  "docs/queue-schedule.svg": queueSchedule,
};

const root = resolve(import.meta.dirname, "..");
for (const [page, render] of Object.entries(PAGES)) {
  const file = resolve(root, page);
  if (!process.argv.includes("--check")) writeFileSync(file, render());
  else if (read(file) !== render()) {
    console.error(`${page} is not what the program says: run npm run generate`);
    process.exitCode = 1;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
