import type { BrowserContextOptions } from "playwright-core";
import { it } from "vitest";

import type { Person } from "../support/browser";
import { CHINESE, ENGLISH, beginUpload, furnish } from "../support/furniture";
import { button, settings } from "../support/page";
import { take } from "../support/pictures";
import { stage } from "../support/stage";

const here = stage({ host: "rooms.example" });
const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };
const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/** Somebody else in a furnished room, with other eyes. */
async function visit(options: BrowserContextOptions, room: string): Promise<Person> {
  const visitor = await here.person(options);
  await visitor.page.goto(`${here.origin}/${encodeURIComponent(room)}`);
  await visitor.page.getByRole("heading", { name: room, exact: true }).waitFor();
  await visitor.page.waitForFunction(() => document.images.length > 1 && [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  return visitor;
}

it("looks like this in English, from the first page to a room that is lived in", async () => {
  const owner = await here.person(DESKTOP);
  const { page } = owner;
  await page.goto(here.origin);
  await take(page, "home");
  await owner.makeRoom("new-room");
  await take(page, "room-empty");

  await furnish(owner, here.browser, ENGLISH);
  await beginUpload(owner, ENGLISH);
  await take(page, "room");

  const dark = await visit({ ...DESKTOP, colorScheme: "dark" }, ENGLISH.room);
  await take(dark.page, "room-dark");
  const phone = await visit(PHONE, ENGLISH.room);
  await take(phone.page, "room-phone");

  const [a, b] = ENGLISH.names.photos;
  for (const name of [a, b]) await dark.page.getByRole("checkbox", { name: `Select ${name}` }).click();
  await button(dark.page, "Compare").click();
  const divider = dark.page.getByRole("slider");
  await divider.waitFor();
  await take(dark.page, "compare");
});

it("has dialogs like these", async () => {
  const owner = await here.person(DESKTOP);
  const { page } = owner;
  await owner.makeRoom("garden-party");
  const dialog = await settings(page, "What guests may do");
  await dialog.getByRole("switch", { name: /^Delete/ }).waitFor();
  await take(page, "settings");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  await button(page, "Share").click();
  await page.getByRole("img", { name: /^QR code/ }).waitFor();
  await take(page, "share");
});

it("looks like this in Chinese", async () => {
  const owner = await here.person(DESKTOP);
  await furnish(owner, here.browser, CHINESE);
  const reader = await visit({ ...DESKTOP, locale: "zh-CN" }, CHINESE.room);
  await take(reader.page, "room-zh");
});
