import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { fill } from "../support/fill";
import { png } from "../support/files";
import { button, content, pick } from "../support/page";
import { stage } from "../support/stage";

const here = stage();

it("draws few of two thousand, and sorts, searches, selects and packs all of them", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("two-thousand");
  await fill(owner, "two-thousand", 2_000, (at) => `text ${at}.txt`, 8);
  await page.reload();
  await expect.poll(() => page.getByRole("listitem").first().getAttribute("aria-setsize"), { timeout: 30_000 }).toBe("2000");

  const elements = () => page.evaluate(() => document.querySelectorAll("*").length);
  expect(await elements()).toBeLessThan(5_000);
  for (const part of [0.25, 0.5, 0.75, 1]) {
    await page.evaluate((part) => scrollTo(0, document.body.scrollHeight * part), part);
    await expect.poll(() => page.getByRole("article").count()).toBeGreaterThan(5);
  }
  // The end is where it is, once the lines before it are as high as they are.
  await expect
    .poll(async () => {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      return page.locator("[aria-posinset='2000']").count();
    })
    .toBe(1);
  expect(await elements()).toBeLessThan(5_000);

  await page.getByRole("searchbox").fill("text 1999");
  await expect.poll(() => page.getByRole("article").count()).toBe(1);
  await content(page, "text 1999.txt").waitFor();
  await page.getByRole("searchbox").fill("");

  await page.getByLabel("Order").selectOption("By name");
  await page.evaluate(() => scrollTo(0, 0));
  await expect.poll(() => page.getByRole("article").first().innerText()).toContain("text 0.txt");
  await page.getByLabel("Order").selectOption("Newest first");

  await button(page, "Select").click();
  await button(page, "Select all").click();
  await page.getByText("2000 selected").or(page.getByText("2,000 selected")).waitFor();
  await button(page, "Stop selecting").click();

  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 90_000 }),
    (async () => {
      // Without a picker it is saved as any other download.
      await page.evaluate(() => delete (window as { showSaveFilePicker?: unknown }).showSaveFilePicker);
      await button(page, "Download everything as zip").click();
    })(),
  ]);
  expect(download.suggestedFilename()).toBe("two-thousand.zip");
});

it("goes back from a picture, a dialog and a folder, and links to them", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("there-and-back");
  await pick(page, [
    { name: "red.png", mimeType: "image/png", buffer: png(64, 64, [200, 40, 40]) },
    { name: "blue.png", mimeType: "image/png", buffer: png(64, 64, [40, 40, 200]) },
  ]);
  await fill(owner, "there-and-back", 3, (at) => `trip/day ${at}/notes.txt`);
  await page.reload();
  const room = page.url();

  // A picture: opened, stepped through, and left by Back.
  await content(page, "red.png").getByRole("button", { name: "red.png", exact: true }).click();
  await page.getByRole("dialog", { name: "red.png" }).waitFor();
  await expect.poll(() => page.url()).toMatch(/#c\/\d+$/);
  const picture = page.url();
  await page.goBack();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(page.url()).toBe(room);
  await page.goForward();
  await page.getByRole("dialog", { name: "red.png" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(() => page.url()).toBe(room);

  // A dialog over a picture: one after the other.
  await page.goto(picture);
  await page.getByRole("dialog", { name: "red.png" }).waitFor();
  await page.goBack();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(page.url()).toBe(room);
  await button(page, "Settings").click();
  await page.getByRole("dialog").waitFor();
  await expect.poll(() => page.evaluate(() => (history.state as { over: number }).over)).toBe(1);
  await page.goBack();
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(page.url()).toBe(room);

  // A folder in a folder.
  await page.getByRole("button", { name: "trip", exact: true }).click();
  await page.getByRole("button", { name: "day 1", exact: true }).click();
  await content(page, "notes.txt").waitFor();
  await expect.poll(() => page.url()).toContain("#f/trip/day%201/");
  const folder = page.url();
  await page.goBack();
  await page.getByRole("button", { name: "day 2", exact: true }).waitFor();
  await page.goBack();
  await content(page, "red.png").waitFor();
  expect(page.url()).toBe(room);

  // Somebody else, by the addresses.
  const guest = await here.person();
  await guest.page.goto(picture);
  await guest.page.getByRole("dialog", { name: "red.png" }).waitFor();
  await guest.page.goto(folder);
  await content(guest.page, "notes.txt").waitFor();
  await expectAccessible(guest.page);
  await guest.page.getByRole("navigation", { name: "Folder" }).getByRole("button", { name: "All" }).click();
  await content(guest.page, "blue.png").waitFor();
  await guest.page.goto(`${room}#c/999999`);
  await guest.page.getByText("It is no longer there.").waitFor();
  await expect.poll(() => guest.page.url()).toBe(room);
});

it("is worked with by the keyboard alone", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("by-keys");
  await fill(owner, "by-keys", 40, (at) => `text ${at}.txt`);
  await page.reload();
  await content(page, "text 39.txt").waitFor();
  const focused = () => page.evaluate(() => document.activeElement?.closest("[data-key]")?.textContent ?? "");

  await content(page, "text 39.txt").getByRole("button", { name: "text 39.txt", exact: true }).focus();
  await page.keyboard.press("ArrowDown");
  await expect.poll(focused).toContain("text 38.txt");
  await page.keyboard.press("End");
  await expect.poll(focused).toContain("text 0.txt");
  await page.keyboard.press("Home");
  await expect.poll(focused).toContain("text 39.txt");
  await page.keyboard.press("Space");
  await page.getByText("1 selected").waitFor();
  await page.keyboard.press("Control+a");
  await page.getByText("40 selected").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("40 selected").waitFor({ state: "detached" });
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "text 39.txt" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await expect.poll(focused).toContain("text 39.txt");
  await page.keyboard.press("Delete");
  await content(page, "text 39.txt").waitFor({ state: "detached" });
  await expect.poll(focused).toContain("text 38.txt");
  await page.keyboard.press("Control+z");
  await content(page, "text 39.txt").waitFor();
});

it("shows pictures in a grid", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("pictures");
  await pick(
    page,
    [0, 1, 2, 3, 4].map((at) => ({
      name: `picture ${at}.png`,
      mimeType: "image/png",
      buffer: png(64, 64, [50 * at, 40, 200 - 40 * at]),
    })),
  );
  const boxes = () => Promise.all([3, 4].map(async (at) => (await content(page, `picture ${at}.png`).boundingBox())?.y));
  await expect.poll(async () => new Set(await boxes()).size).toBe(1);
  await expectAccessible(page);
  await button(page, "Show as a list").click();
  await expect.poll(async () => new Set(await boxes()).size).toBe(2);
  await page.reload();
  await content(page, "picture 4.png").waitFor();
  await expect.poll(async () => new Set(await boxes()).size).toBe(2);
});
