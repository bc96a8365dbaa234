/**
 * Completes a package-lock.json: packages for other platforms that the registry at hand did not serve are left out by
 * npm, and npm 11 then refuses the lock. What it wants of them follows from who names them and from their own names.
 */

export type LockedPackage = {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[] | string;
  readonly cpu?: readonly string[] | string;
  readonly libc?: readonly string[] | string;
};
export type Lock = { readonly packages: Readonly<Record<string, LockedPackage>> };

/** Names the packages that some package wants for a platform and that the lock lacks. */
export function missingFrom(lock: Lock): ReadonlyMap<string, LockedPackage> {
  const missing = new Map<string, LockedPackage>();
  for (const [place, parent] of Object.entries(lock.packages)) {
    if (place === "") continue;
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const key = `node_modules/${name}`;
      if (Object.hasOwn(lock.packages, key) || Object.hasOwn(lock.packages, `${place}/${key}`)) continue;
      const platform = platformOf(name);
      if (platform === undefined || !/^\d/.test(version)) continue;
      missing.set(key, { version, ...platform, ...(parent.dev === true ? { dev: true } : {}), optional: true });
    }
  }
  return missing;
}

/** The lock with every missing package, in npm's order. */
export function complete<L extends Lock>(lock: L): L {
  const packages = Object.entries({ ...lock.packages, ...Object.fromEntries(missingFrom(lock)) });
  return { ...lock, packages: Object.fromEntries(packages.toSorted(([a], [b]) => a.localeCompare(b, "en"))) };
}

const PLATFORM =
  /(?:^|[-/])(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|wasm32|win32)-([a-z0-9]+)(?:-(\w+))?$/;

/** Reads a platform from a name such as `@oxlint/binding-linux-x64-musl`; `undefined` when there is none in it. */
function platformOf(name: string): Pick<LockedPackage, "os" | "cpu" | "libc"> | undefined {
  const [, os, cpu, variant] = PLATFORM.exec(name) ?? [];
  if (os === undefined || cpu === undefined) return undefined;
  if (os === "wasm32") return { cpu: ["wasm32"] };
  const libc = os !== "linux" ? undefined : variant === "gnu" ? "glibc" : variant === "musl" ? "musl" : undefined;
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}
