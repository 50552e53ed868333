import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import type { Person } from "../support/browser";
import { png } from "../support/files";
import { stage } from "../support/stage";

const here = stage();

/** Somebody in a room with these files in it. */
async function personWith(
  room: string,
  files: { name: string; mimeType: string; buffer: Buffer }[],
  options = {},
): Promise<Person> {
  const opened = await here.person(options);
  await opened.makeRoom(room);
  // One after the other: the older one is on the left.
  for (const file of files) {
    await opened.page.locator("form input[type=file]").first().setInputFiles(file);
    await opened.page.getByRole("article").filter({ hasText: file.name }).waitFor();
  }
  return opened;
}

async function compare(page: Page, ...names: string[]): Promise<void> {
  await page.getByRole("button", { name: "Select", exact: true }).click();
  for (const name of names) await page.getByRole("checkbox", { name: `Select ${name}` }).click();
  await page.getByRole("button", { name: "Compare" }).click();
  await page.getByRole("dialog", { name: "Compare" }).waitFor();
}

/** The colour in the middle of a place on the page, as it is seen. */
async function colourAt(page: Page, x: number, y: number): Promise<number[]> {
  const shot = await page.screenshot({ clip: { x: Math.round(x), y: Math.round(y), width: 1, height: 1 } });
  return page.evaluate(async (bytes) => {
    const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    const drawn = new OffscreenCanvas(1, 1).getContext("2d");
    drawn?.drawImage(await createImageBitmap(new Blob([raw], { type: "image/png" })), 0, 0);
    return [...(drawn?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3);
  }, shot.toString("base64"));
}

const image = (name: string, colour: [number, number, number], width = 600, height = 400) => ({
  name,
  mimeType: "image/png",
  buffer: png(width, height, colour),
});
const text = (name: string, said: string) => ({ name, mimeType: "text/plain", buffer: Buffer.from(said) });
const RED: [number, number, number] = [200, 40, 40];
const BLUE: [number, number, number] = [40, 40, 200];

it("holds two images against each other: with a divider to drag, through each other, and by what differs", async () => {
  const { page } = await personWith("two-images", [image("before.png", RED), image("after.png", BLUE)]);
  await compare(page, "before.png", "after.png");

  const slider = page.getByRole("slider", { name: /^Divider: before\.png on the left/ });
  const box = await slider.boundingBox();
  if (!box) throw new Error("the slider has no place");
  const at = (part: number) => [box.x + box.width * part, box.y + box.height * 0.85] as const;
  // The older one is on the left; the white bar of both is elsewhere.
  expect(await colourAt(page, ...at(0.3))).toEqual(RED);
  expect(await colourAt(page, ...at(0.9))).toEqual(BLUE);

  await page.mouse.move(...at(0.5));
  await page.mouse.down();
  await page.mouse.move(...at(0.35));
  await page.mouse.move(...at(0.2));
  await page.mouse.up();
  await expect.poll(() => slider.getAttribute("aria-valuenow")).toBe("20");
  expect(Math.round(await slider.evaluate((element) => (element as HTMLElement & { value: number }).value))).toBe(20);
  await expect.poll(() => colourAt(page, ...at(0.3))).toEqual(BLUE);

  await page.keyboard.press("End");
  await expect.poll(() => slider.getAttribute("aria-valuenow")).toBe("100");
  await expect.poll(() => colourAt(page, ...at(0.9))).toEqual(RED);
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => slider.getAttribute("aria-valuenow")).toBe("98");

  await page.getByRole("tab", { name: "Slider" }).focus();
  await page.keyboard.press("ArrowRight");
  expect(await page.getByRole("dialog").getByRole("img").count()).toBe(2);
  await page.keyboard.press("ArrowRight");
  const half = expect.closeTo(120, -1) as number;
  const opacity = page.getByRole("slider", { name: "Opacity of after.png" });
  await expect.poll(() => colourAt(page, ...at(0.3))).toEqual([half, 40, half]);
  await opacity.fill("0");
  await expect.poll(() => colourAt(page, ...at(0.3))).toEqual(RED);
  await opacity.fill("100");
  await expect.poll(() => colourAt(page, ...at(0.3))).toEqual(BLUE);

  await page.getByRole("tab", { name: "Difference" }).click();
  await expect.poll(() => colourAt(page, ...at(0.3))).toEqual([160, 0, 160]);
  await page.getByText(/^8\d(\.\d)?% of the picture differs visibly\.$/).waitFor();
});

it("fits images of different sizes into one box, says so, and swaps the sides", async () => {
  const { page } = await personWith("two-sizes", [image("small.png", RED, 200, 200), image("large.png", BLUE)]);
  await compare(page, "small.png", "large.png");
  await page.getByText("Their sizes differ: both are fitted into 600 × 400.").waitFor();
  await page.getByText("200 × 200").waitFor();
  await page.getByRole("button", { name: "Swap the sides" }).click();
  await page.getByRole("slider", { name: "Divider: large.png on the left, small.png on the right" }).waitFor();
});

it("shows what changes from one text to another, beside each other or one through the other", async () => {
  const lines = Array.from({ length: 60 }, (_, at) => `line ${at + 1}`);
  const changed = lines.map((line) => (line === "line 30" ? "line thirty" : line)).concat("one more");
  const files = [text("old.txt", lines.join("\n")), text("new.txt", changed.join("\n"))];
  const { page } = await personWith("two-texts", files);
  await compare(page, "old.txt", "new.txt");
  await page.getByText("2 changes").waitFor();
  const old = page.getByRole("textbox", { name: "old.txt" });
  const fresh = page.getByRole("textbox", { name: "new.txt" });
  await old.getByText("line 30", { exact: true }).waitFor();
  await fresh.getByText("line thirty").waitFor();
  expect(await fresh.getByText("line 10", { exact: true }).count()).toBe(0);
  await page.getByText("26 unchanged lines").first().waitFor();

  await page.getByRole("button", { name: "Next change" }).click();
  await page.getByText("Change 1 of 2").waitFor();
  await page.getByRole("button", { name: "Previous change" }).click();
  await page.getByText("Change 2 of 2").waitFor();
  await page.getByRole("switch", { name: "Show all lines" }).click();
  await fresh.getByText("line 10", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Next change" }).click();
  await expect.poll(() => inView(page, "line thirty")).toBe(true);

  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(() => old.count()).toBe(0);
  await fresh.getByText("line thirty").waitFor();
  await page.getByText("2 changes").waitFor();
  await page.getByRole("button", { name: "Next change" }).click();
  await expect.poll(() => inView(page, "line thirty")).toBe(true);
});

/** Whether a line can be seen in what is scrolled. */
function inView(page: Page, said: string): Promise<boolean> {
  return page.getByText(said).evaluate((line) => {
    const { left, top, height } = line.getBoundingClientRect();
    const there = document.elementFromPoint(left + 4, top + height / 2);
    return there !== null && (line.contains(there) || there.contains(line));
  });
}

it("says why two things cannot be compared", async () => {
  const { page } = await personWith("no-pair", [image("photo.png", RED), text("notes.txt", "a")]);
  await compare(page, "photo.png", "notes.txt");
  await page.getByText("These two have nothing to compare. Choose two images, or two texts.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});
