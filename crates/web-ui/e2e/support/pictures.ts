import { mkdir, mkdtemp, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

import type { Page } from "playwright-core";
import { expect } from "vitest";

import { expectAccessible } from "./axe";

const LARGEST = 250_000;
const QUALITY = 82;

/** The pictures of the documents are taken with `PICTURES=1`; without it, they go to where nobody keeps them. */
const folder = process.env["PICTURES"] === "1" ? Promise.resolve(resolve("../../../docs/images")) : mkdtemp(join(tmpdir(), "elizabeth-pictures-"));

/** Takes a picture of the page, of which nobody may be kept out: as a PNG, or as a WebP where there are many.
 *
 * @returns how many bytes it has.
 */
export async function take(page: Page, name: string, format: "png" | "webp" = "png"): Promise<number> {
  await page.evaluate(() => document.fonts.ready);
  await expectAccessible(page);
  const path = join(await folder, `${name}.${format}`);
  await mkdir(dirname(path), { recursive: true });
  const still = { caret: "hide", animations: "disabled" } as const;
  if (format === "png") await page.screenshot({ ...still, path });
  else await writeFile(path, await webp(page));
  const { size } = await stat(path);
  expect(size, name).toBeLessThan(LARGEST);
  return size;
}

/** What is seen as a WebP, which the browser writes itself. */
async function webp(page: Page): Promise<Buffer> {
  await page.evaluate(() => {
    // Where somebody goes on from is no part of how it looks.
    if (document.activeElement instanceof HTMLButtonElement) document.activeElement.blur();
    const still = new CSSStyleSheet();
    still.replaceSync("* { caret-color: transparent !important; }");
    document.adoptedStyleSheets = [still];
  });
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: QUALITY });
  await page.evaluate(() => (document.adoptedStyleSheets = []));
  await devtools.detach();
  return Buffer.from(data, "base64");
}
