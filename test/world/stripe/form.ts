/** Reads forms as Stripe does: `a[b]=1` is an object, `a[0]=1` an array. */

type Tree = { [name: string]: string | Tree };

/** @throws Error when a name stands for a value and for an object */
export function readForm(text: string): Record<string, unknown> {
  const tree: Tree = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const path = [...name.matchAll(/([^[\]]+)/g)].map(([part]) => part);
    let at = tree;
    for (const part of path.slice(0, -1)) {
      const next = (at[part] ??= {});
      if (typeof next === "string") throw new Error(`${name} is a value and an object`);
      at = next;
    }
    at[path.at(-1) ?? ""] = value;
  }
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, withArrays(value)]));
}

function withArrays(value: string | Tree): unknown {
  if (typeof value === "string") return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, withArrays(inner)] as const);
  return entries.every(([name], n) => name === String(n))
    ? entries.map(([, inner]) => inner)
    : Object.fromEntries(entries);
}
