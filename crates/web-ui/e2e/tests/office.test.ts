import { readFile } from "node:fs/promises";

import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { docx, epub, ods, odt, pptx, xlsx } from "../support/documents";
import { noise, png, tiff } from "../support/files";
import { button, pick, type TestFile } from "../support/page";
import { stage } from "../support/stage";
import { leave, view } from "../support/viewer";

const here = stage();
const PICTURE = png(30, 20, [15, 118, 110]);

async function room(name: string, files: TestFile[]): Promise<Page> {
  const owner = await here.person();
  await owner.makeRoom(name);
  for (const file of files) await pick(owner.page, [file]);
  return owner.page;
}

const file = (name: string, said: string | Buffer): TestFile => ({ name, mimeType: "", buffer: Buffer.from(said) });
const frameOf = (viewer: Locator) => viewer.locator("iframe").contentFrame();
const width = (image: Locator) => image.evaluate((shown: HTMLImageElement) => shown.naturalWidth);

it("reads documents, slides and books, and lets nothing in them run or load", async () => {
  const page = await room("documents", [
    file("report.docx", docx(PICTURE)),
    file("plan.pptx", pptx(PICTURE)),
    file("alice.epub", epub(PICTURE)),
    file("minutes.odt", odt()),
  ]);
  let viewer = await view(page, "report.docx");
  let frame = frameOf(viewer);
  await frame.getByRole("heading", { name: "The report" }).waitFor();
  await frame.getByText("well").waitFor();
  await frame.getByRole("cell", { name: "84" }).waitFor();
  expect(await frame.locator("[href^=javascript]").count()).toBe(0);
  await frame.getByText("run it").click();
  await expect.poll(() => width(frame.getByRole("img", { name: "a drawing" }))).toBe(30);
  await expectAccessible(page);
  await leave(page);

  viewer = await view(page, "plan.pptx");
  frame = frameOf(viewer);
  await frame.getByRole("heading", { name: "The plan" }).waitFor();
  await frame.getByText("Leave at nine").waitFor();
  await expect.poll(() => width(frame.getByRole("img", { name: "a drawing" }))).toBe(30);
  await button(viewer, "Next part").click();
  await frameOf(viewer).getByText("Thank you").waitFor();
  await expectAccessible(page);
  await leave(page);

  viewer = await view(page, "alice.epub");
  frame = frameOf(viewer);
  await frame.getByRole("heading", { name: "Down the hole" }).waitFor();
  await expect.poll(() => width(frame.getByRole("img", { name: "a drawing" }))).toBe(30);
  await frame.getByText("from elsewhere").waitFor();
  expect(await frame.locator("script").count()).toBe(0);
  await viewer.getByRole("combobox").selectOption("The pool");
  await frameOf(viewer).getByText("Curiouser!").waitFor();
  await leave(page);

  viewer = await view(page, "minutes.odt");
  frame = frameOf(viewer);
  await frame.getByRole("heading", { name: "Minutes" }).waitFor();
  await frame.getByRole("listitem").filter({ hasText: "Tea" }).waitFor();
  await leave(page);
  expect(await page.title()).not.toContain("run");
});

it("shows the sheets of workbooks", async () => {
  const page = await room("workbooks", [file("costs.xlsx", xlsx()), file("things.ods", ods())]);
  let viewer = await view(page, "costs.xlsx");
  await viewer.getByRole("row", { name: "1 train 2023-03-15" }).waitFor();
  await viewer.getByRole("row", { name: "3 tent, new 12.50%" }).waitFor();
  await viewer.getByRole("columnheader", { name: "C" }).waitFor();
  await expectAccessible(page);
  await button(viewer, "Totals").click();
  await viewer.getByRole("cell", { name: "204.5" }).waitFor();
  await leave(page);

  viewer = await view(page, "things.ods");
  await viewer.getByRole("cell", { name: "tent" }).waitFor();
  await viewer.getByText("1 of 1 rows").waitFor();
  await leave(page);
});

it("says what cannot be read, and offers it", async () => {
  const locked = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), noise(2_000)]);
  const page = await room("unreadable", [file("locked.docx", locked), file("broken.xlsx", noise(3_000)), file("broken.heic", noise(3_000))]);
  for (const [name, words] of [
    ["locked.docx", "It has a password"],
    ["broken.xlsx", "This browser cannot show it."],
    ["broken.heic", "This browser cannot show it."],
  ] as const) {
    const viewer = await view(page, name);
    await viewer.getByRole("alert").filter({ hasText: words }).waitFor();
    const download = page.waitForEvent("download");
    await viewer.locator("section").getByRole("button", { name: /^Download/ }).click();
    expect((await download).suggestedFilename()).toBe(name);
    await leave(page);
  }
});

/** The colour in the middle of an image, as it is drawn. */
const colour = (image: Locator, part: number) =>
  image.evaluate((shown: HTMLImageElement, part) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [shown.naturalWidth, shown.naturalHeight];
    const pen = canvas.getContext("2d")!;
    pen.drawImage(shown, 0, 0);
    return [...pen.getImageData(Math.floor(canvas.width * part), canvas.height / 2, 1, 1).data];
  }, part);

it("decodes photos of phones and scans", async () => {
  const page = await room("photos", [
    file("phone.heic", await readFile(new URL("../support/fixtures/two-colours.heic", import.meta.url))),
    file("scan.tiff", tiff(40, 30, [[200, 30, 30], [30, 60, 200]])),
  ]);
  const viewer = await view(page, "phone.heic");
  const photo = viewer.locator("img.ready");
  await photo.waitFor();
  expect(await width(photo)).toBe(64);
  const [left, right] = [await colour(photo, 0.25), await colour(photo, 0.75)];
  expect(left[0]).toBeGreaterThan(150);
  expect(right[2]).toBeGreaterThan(150);
  expect(left[2]).toBeLessThan(100);
  await expectAccessible(page);
  const licence = await viewer.getByRole("link", { name: "libheif" }).getAttribute("href");
  expect(await (await page.request.get(new URL(licence!, page.url()).href)).text()).toContain("GNU LESSER GENERAL PUBLIC LICENSE");
  await leave(page);

  const scan = await view(page, "scan.tiff");
  await scan.locator("img.ready").waitFor();
  expect(await colour(scan.locator("img.ready"), 0.5)).toEqual([200, 30, 30, 255]);
  await button(scan, "Next image in the file").click();
  await scan.getByText("2 / 2").waitFor();
  await expect.poll(() => colour(scan.locator("img.ready"), 0.5)).toEqual([30, 60, 200, 255]);
  await leave(page);
});
