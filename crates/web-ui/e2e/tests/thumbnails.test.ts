import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { noise, png } from "../support/files";
import { note, pick } from "../support/page";
import { LANDSCAPES, photos } from "../support/photos";
import { stage } from "../support/stage";

const here = stage();
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/** Which images are drawn by now. */
const shown = (page: Page): Promise<number> =>
  page.locator("article img").evaluateAll((all) => all.filter((one) => (one as HTMLImageElement).naturalWidth > 0).length);

it("costs a phone half a megabyte to look at twelve large photos", async () => {
  const owner = await here.person();
  await owner.makeRoom("twelve");
  const drawn = await photos(here.browser, Object.values(LANDSCAPES));
  // What stands behind an image's end is of no matter to who draws it.
  const large = Array.from({ length: 12 }, (_, at) => {
    const { buffer } = drawn[at % drawn.length] ?? { buffer: Buffer.alloc(0) };
    const rest = noise(Math.max(0, 6_000_000 - buffer.length), at);
    return { name: `IMG_${at}.jpg`, mimeType: "image/jpeg", buffer: Buffer.concat([buffer, rest]) };
  });
  for (const one of large) await pick(owner.page, [one]);
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

it("makes thumbnails of pictures that go together with others, and none of tiny ones", async () => {
  const owner = await here.person();
  await owner.makeRoom("together");
  const [drawn] = await photos(here.browser, Object.values(LANDSCAPES).slice(0, 1));
  if (!drawn) throw new Error("there is no photo");
  const sized = (name: string, size: number) => {
    const rest = noise(Math.max(0, size - drawn.buffer.length), size);
    return { name, mimeType: "image/jpeg", buffer: Buffer.concat([drawn.buffer, rest]) };
  };
  const given: string[] = [];
  owner.page.on("request", (request) => {
    if (request.method() === "PUT" && request.url().endsWith("/thumbnail")) given.push(request.url());
  });
  const tiny = { name: "tiny.png", mimeType: "image/png", buffer: png(64, 64, [200, 40, 40]) };
  await pick(owner.page, [tiny, sized("one.jpg", 150_000), sized("two.jpg", 200_000)]);
  await expect.poll(() => shown(owner.page)).toBe(3);
  await expect.poll(() => given.length).toBe(2);
});
