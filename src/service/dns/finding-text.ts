/** Findings in lines for people: the urgent last, where the eye is when the page ends. */
import type { DnsFinding } from "./finding.ts";
import { visible } from "./visible.ts";

const GROUPS = [
  { title: "right", holds: ({ kind }: DnsFinding) => kind === "right" },
  { title: "cannot say", holds: ({ kind }: DnsFinding) => kind === "cannot-say" },
  { title: "to do, when there is time", holds: isOfWeight("should") },
  { title: "TO DO", holds: isOfWeight("must") },
] as const;

/** Each group under its title; groups without findings are left out. */
export function findingLines(findings: readonly DnsFinding[]): readonly string[] {
  return GROUPS.flatMap(({ title, holds }) => {
    const held = findings.filter(holds);
    return held.length === 0 ? [] : [`${title}:`, ...held.flatMap(linesOf)];
  }).map(visible);
}

function linesOf(finding: DnsFinding): readonly string[] {
  switch (finding.kind) {
    case "right":
      return [`  ${finding.subject}: ${finding.is}`];
    case "cannot-say":
      return [`  ${finding.subject}: ${finding.why}`];
    case "to-do":
      return [
        `  ${finding.subject}: ${finding.wrong}`,
        `      costs: ${finding.costs}`,
        `      do:    ${finding.remedy}`,
      ];
  }
}

function isOfWeight(weight: "must" | "should"): (finding: DnsFinding) => boolean {
  return (finding) => finding.kind === "to-do" && finding.weight === weight;
}
