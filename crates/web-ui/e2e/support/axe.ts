import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const source = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Nothing on the page as it stands keeps anybody out. */
export async function expectAccessible(page: Page): Promise<void> {
  // As a script element the page's policy would refuse it.
  await page.evaluate(await source);
  const found = await page.evaluate(async (values) => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const results: AxeResults = await axe.run(document, { runOnly: { type: "tag", values } });
    return results.violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map((node) => `${node.html} ${node.failureSummary ?? ""}`),
    }));
  }, TAGS);
  expect(found).toEqual([]);
}
