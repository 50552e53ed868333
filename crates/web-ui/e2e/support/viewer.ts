import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

import { content } from "./page";

/** Opens a content from the list. */
export async function view(page: Page, name: string): Promise<Locator> {
  await content(page, name).locator("button.open").click();
  const viewer = page.getByRole("dialog", { name });
  await viewer.waitFor();
  return viewer;
}

export async function leave(page: Page): Promise<void> {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => page.url()).not.toContain("#");
}
