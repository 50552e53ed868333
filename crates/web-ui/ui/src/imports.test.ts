import { expect, test } from "vitest";

/** The text of each source, by its path from here. */
const sources = import.meta.glob<string>(["./**/*.{ts,svelte}", "!./**/*.test.ts", "!./**/*.d.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});
const ENDINGS = ["", ".ts", ".svelte.ts"];

/** The sources that one imports, at once or later, values or types. */
function imports(path: string): string[] {
  const named = [...(sources[path] ?? "").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)];
  const paths = named.map(([, relative]) => new URL(relative ?? "", `file:///${path}`).pathname.replace("/", "./"));
  return paths.flatMap((found) => ENDINGS.map((ending) => found + ending).filter((file) => file in sources));
}

/** The folder that a source stands in, right below this one; what stands here is a folder of its own. */
const folder = (path: string) => path.split("/")[1] ?? "";

/** A way that ends where it began, where there is one. */
function circle(arrows: Map<string, Set<string>>): string[] | undefined {
  const done = new Set<string>();
  const walk = (from: string, way: string[]): string[] | undefined => {
    if (way.includes(from)) return [...way.slice(way.indexOf(from)), from];
    if (done.has(from)) return undefined;
    for (const to of arrows.get(from) ?? []) {
      const found = walk(to, [...way, from]);
      if (found) return found;
    }
    done.add(from);
    return undefined;
  };
  for (const from of arrows.keys()) {
    const found = walk(from, []);
    if (found) return found;
  }
  return undefined;
}

function arrows(name: (path: string) => string): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const path of Object.keys(sources)) {
    const from = all.get(name(path)) ?? new Set();
    for (const to of imports(path)) if (name(to) !== name(path)) from.add(name(to));
    all.set(name(path), from);
  }
  return all;
}

test("no two sources need each other", () => {
  expect(imports("./room/room.svelte.ts")).toContain("./room/contents.svelte.ts");
  expect(circle(arrows((path) => path))).toBeUndefined();
});

test("no two folders need each other", () => {
  expect(imports("./pages/room/Header.svelte")).toContain("./settings/Settings.svelte");
  expect(circle(arrows(folder))).toBeUndefined();
});
