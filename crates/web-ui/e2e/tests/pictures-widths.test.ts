import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";

import { Person } from "../support/browser";
import { pdf } from "../support/files";
import { ENGLISH, furnish } from "../support/furniture";
import { button, close, content, note, settings } from "../support/page";
import { LANDSCAPES, photos } from "../support/photos";
import { take } from "../support/pictures";
import { stage } from "../support/stage";

/** How the page looks on screens of four widths, for `docs/pictures.md`. */
const here = stage({ host: "rooms.example" });
const SCREENS: Record<string, BrowserContextOptions> = {
  390: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  820: { viewport: { width: 820, height: 1180 }, hasTouch: true },
  1440: { viewport: { width: 1440, height: 900 } },
  2560: { viewport: { width: 2560, height: 1440 } },
};
/** What all pictures may have together, in bytes. */
const ALL = 3_000_000;
const PRESENCE = "**/presence";

const { room } = ENGLISH;
const [morning, evening] = ENGLISH.names.photos;
let maker: Person;
let key: string;
let total = 0;

beforeAll(async () => {
  maker = await Person.open(here.browser, here.origin);
  await unseen(maker.page);
  const drawn = await photos(here.browser, [LANDSCAPES.noon]);
  key = await furnish(maker, here.browser, ENGLISH, [
    { name: "songs.txt", mimeType: "text/plain", buffer: Buffer.from("For the evening by the fire\n") },
    { name: "forecast.json", mimeType: "application/json", buffer: Buffer.from('{ "friday": "sunny", "saturday": "clouds" }\n') },
    { name: "route.md", mimeType: "text/markdown", buffer: Buffer.from("# Route\n\n1. Along the lake\n2. Over the pass\n") },
    { name: "tickets.pdf", mimeType: "application/pdf", buffer: pdf([{ title: "Tickets", lines: ["Four persons", "17:42, platform 4"] }]) },
    ...drawn,
  ]);
});

afterAll(async () => {
  await maker?.close();
  expect(total).toBeLessThan(ALL);
});

/** Keeps somebody from being there for the others, and from seeing them. */
async function unseen(page: Page): Promise<void> {
  await page.route(PRESENCE, (route) => route.fulfill({ json: [] }));
}

/** Opens the furnished room, once all its pictures are there. */
async function open(page: Page): Promise<void> {
  await page.goto(`${here.origin}/${room}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await shown(page);
}

async function shown(page: Page): Promise<void> {
  await page.waitForFunction(() => document.images.length > 0 && [...document.images].every((image) => image.complete && image.naturalWidth > 0));
}

for (const [width, screen] of Object.entries(SCREENS)) {
  it(`looks like this on a screen ${width} pixels wide`, async () => {
    const picture = async (page: Page, name: string) => {
      total += await take(page, `widths/${name}-${width}`, "webp");
      // Whatever the language and the screen, nobody has to move the page from side to side.
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), name).toBeLessThanOrEqual(0);
    };
    const person = await here.person(screen);
    const { page } = person;
    await unseen(page);
    await page.goto(here.origin);
    await page.getByText("No account, no tracking").waitFor();
    await picture(page, "home");
    await person.makeRoom(`quiet-otter-${width}`);
    await picture(page, "empty");

    await open(page);
    await own(page);
    await picture(page, "room");
    await button(page, "Show as a grid").click();
    await shown(page);
    await picture(page, "grid");
    await button(page, "Show as a list").click();

    await content(page, morning).locator("button.open").click();
    await page.getByRole("dialog").locator("img.ready").waitFor();
    await picture(page, "viewer");
    await close(page);

    await compare(page);
    await picture(page, "compare");
    await close(page);
    await button(page, "Stop selecting").click();

    await settings(page, "What guests may do");
    await picture(page, "settings");
    await close(page);

    await button(page, "Share").click();
    await page.getByRole("img", { name: /^QR code/ }).waitFor();
    await picture(page, "share");
    await close(page);
    await picture(await door(page, screen), "door");

    const other = await here.person();
    await other.enter(room);
    await note(other.page).click();
    await page.unroute(PRESENCE);
    await open(page);
    // Those of the last screen are gone when they have been silent for half a minute.
    await page.getByRole("list", { name: "1 other is here", exact: true }).waitFor({ timeout: 60_000 });
    await note(page).click();
    await page.locator(".cm-other-caret").waitFor({ state: "attached" });
    await picture(page, "people");
  });

  it(`looks like this in the dark and in German on a screen ${width} pixels wide`, async () => {
    const dark = await here.person({ ...screen, colorScheme: "dark" });
    await unseen(dark.page);
    await open(dark.page);
    total += await take(dark.page, `widths/dark-${width}`, "webp");
    const german = await here.person({ ...screen, locale: "de-DE" });
    await unseen(german.page);
    await open(german.page);
    total += await take(german.page, `widths/german-${width}`, "webp");
    expect(await german.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
}

/** Becomes the owner, with the key. */
async function own(page: Page): Promise<void> {
  const dialog = await settings(page, "Become the owner");
  await dialog.getByLabel("Owner key").fill(key);
  await button(dialog, "Become the owner").click();
  const told = page.getByText("You are the owner now.");
  await told.first().waitFor();
  await close(page);
  await expect.poll(() => told.count()).toBe(0);
}

/** Lays both photos side by side. */
async function compare(page: Page): Promise<void> {
  await button(page, "Select").click();
  for (const name of [morning, evening]) await page.getByRole("checkbox", { name: `Select ${name}` }).click();
  await button(page, "Compare").click();
  await page.getByRole("slider").waitFor();
}

/** What whoever is sent a link to the evening's photo sees first. */
async function door(page: Page, screen: BrowserContextOptions): Promise<Page> {
  await button(page, `More: ${evening}`).click();
  await page.getByRole("menuitem", { name: "One-time link…" }).click();
  await button(page, "Make link").click();
  await page.getByText("The link is ready.").waitFor();
  const link = await page.getByRole("dialog").locator("code", { hasText: "/s/" }).innerText();
  await close(page);
  const guest = await here.person(screen);
  await guest.page.goto(link);
  await guest.page.getByRole("heading", { name: evening }).waitFor();
  return guest.page;
}
