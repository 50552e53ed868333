import { expect, it } from "vitest";

import { noise } from "../support/files";
import { note, pick } from "../support/page";
import { stage } from "../support/stage";

const here = stage();
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/** A photo of some 6 MB: bytes behind its end are of no matter to who draws it. */
async function photo(page: import("playwright-core").Page, at: number): Promise<Buffer> {
  const drawn = await page.evaluate(async (at) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [3_000, 2_000];
    const context = canvas.getContext("2d");
    for (let y = 0; context && y < 2_000; y += 20) {
      for (let x = 0; x < 3_000; x += 20) {
        context.fillStyle = `hsl(${(x * 7 + y * 13 + at * 31) % 360} 60% ${30 + ((x * y) % 40)}%)`;
        context.fillRect(x, y, 20, 20);
      }
    }
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.9));
    return btoa(String.fromCharCode(...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer())).slice(0));
  }, at).catch(() => undefined);
  const jpeg = drawn ? Buffer.from(drawn, "base64") : Buffer.alloc(0);
  return Buffer.concat([jpeg, noise(Math.max(0, 6_000_000 - jpeg.length), at)]);
}

it("costs a phone half a megabyte to look at twelve large photos", async () => {
  const owner = await here.person();
  await owner.makeRoom("twelve");
  for (let at = 0; at < 12; at += 1) {
    const buffer = await photo(owner.page, at);
    await pick(owner.page, [{ name: `IMG_${at}.jpg`, mimeType: "image/jpeg", buffer }]);
  }
  const shown = (page: import("playwright-core").Page) =>
    page.locator("article img").evaluateAll((all) => all.filter((one) => (one as HTMLImageElement).naturalWidth > 0).length);
  await owner.page.setViewportSize({ width: 1440, height: 2_000 });
  await expect.poll(() => shown(owner.page), { timeout: 60_000 }).toBe(12);

  const guest = await here.person(PHONE);
  const session = await guest.page.context().newCDPSession(guest.page);
  await session.send("Network.enable");
  let received = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => (received += encodedDataLength));
  await guest.page.goto(`${here.server.url}/twelve`);
  await note(guest.page).waitFor();
  await guest.page.setViewportSize({ width: 390, height: 3_000 });
  await expect.poll(() => shown(guest.page), { timeout: 30_000 }).toBe(12);
  expect(received).toBeGreaterThan(50_000);
  expect(received).toBeLessThan(500_000);
});
