/** The manual of the log, made from the declarations: every event, its level, and how much each field tells of a person. */
import { events } from "./events.ts";

/** Renders docs/events.md. */
export function eventsPage(): string {
  const rows = Object.entries(events)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { level, summary, fields }]) => {
      const list = Object.entries(fields).map(([field, kind]) => `\`${field}\` (${kind.replace(" ", ", ")})`);
      return `| \`${name}\` | ${level} | ${summary} | ${list.join(", ")} |`;
    });
  return `# Events

What the service writes down, one line an event: \`{"at": epoch milliseconds, "event": name, ...fields}\`, in sealed segments
of one UTC day each (\`HOME/data/log/YYYY-MM-DD.seg\`). They live for 10 days at most.
Fields are *public*, *pseudonymous* (ids that the service alone can resolve) or *personal*. The process's own output
shows warnings and errors with their public fields alone. This page is made from \`src/host/events\` by \`npm run generate\`.

| event | level | what happened | fields |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}
