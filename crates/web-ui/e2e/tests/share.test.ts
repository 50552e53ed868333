import { readFile } from "node:fs/promises";

import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { button, close, composer, content, pick, settings, type } from "../support/page";
import { stage } from "../support/stage";

const here = stage();

/** The address of the link that was just made. */
async function made(page: Page): Promise<string> {
  await page.getByText("The link is ready.").waitFor();
  return page.getByRole("dialog").locator("code", { hasText: "/s/" }).innerText();
}

it("lets one more person in by a link that works once", async () => {
  const owner = await here.person();
  await owner.makeRoom("one-more");
  await type(owner.page, "Only for us");
  const door = await settings(owner.page, "Password");
  await door.getByLabel("New password").fill("a secret");
  await button(door, "Set password").click();
  await door.getByText("Guests have to enter again").waitFor();
  await close(owner.page);
  await button(owner.page, "Share").click();
  await button(owner.page, "Make link").click();
  const link = await made(owner.page);

  const guest = await here.person();
  await guest.page.goto(link);
  await guest.page.getByRole("heading", { name: "You are invited to the room one-more" }).waitFor();
  await guest.page.getByText("once more").waitFor();
  await expectAccessible(guest.page);
  // To look at the page of a link is not to use it.
  await guest.page.reload();
  await guest.page.getByRole("link", { name: "Enter" }).click();
  await content(guest.page, "Only for us").waitFor();
  expect(guest.page.url()).toBe(`${here.server.url}/one-more`);
  await guest.page.reload();
  await content(guest.page, "Only for us").waitFor();

  const late = await here.person();
  late.expected.add(401).add(403).add(410);
  await late.page.goto(link);
  await late.page.getByRole("heading", { name: "This link opens nothing" }).waitFor();
  await late.page.getByText("Ask the person who sent it to you for a new one.").waitFor();
  await late.page.goto(`${here.server.url}/one-more#ticket=${link.split("/s/")[1]}`);
  await late.page.getByRole("heading", { name: "You cannot enter" }).waitFor();

  await close(owner.page);
  await button(owner.page, "Share").click();
  await owner.page.getByText("used up").waitFor();
});

it("hands out one file by a link, and nothing else", async () => {
  const owner = await here.person();
  await owner.makeRoom("one-file");
  await pick(owner.page, [{ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("the plan") }]);
  await button(owner.page, "More: plan.txt").click();
  await owner.page.getByRole("menuitem", { name: "One-time link…" }).click();
  await button(owner.page, "Make link").click();
  const link = await made(owner.page);

  const guest = await here.person();
  await guest.page.goto(link);
  await guest.page.getByRole("heading", { name: "plan.txt" }).waitFor();
  await guest.page.getByText(/^Text, 8 B from the room one-file\.$/).waitFor();
  await expectAccessible(guest.page);
  const coming = guest.page.waitForEvent("download");
  await guest.page.getByRole("link", { name: "Download" }).click();
  const download = await coming;
  // After the last use there is nothing more to press.
  await guest.page.getByText("This link has been used up.").waitFor();
  expect(await guest.page.getByRole("link", { name: "Download" }).isVisible()).toBe(false);
  expect(download.suggestedFilename()).toBe("plan.txt");
  expect(await readFile(await download.path(), "utf8")).toBe("the plan");

  guest.expected.add(401).add(403).add(410);
  await guest.page.goto(link);
  await guest.page.getByRole("heading", { name: "This link opens nothing" }).waitFor();
});

it("takes things off people where guests may only look, by a link that its owner made", async () => {
  const owner = await here.person();
  await owner.makeRoom("drop-box");
  await type(owner.page, "Not for those who drop off");
  const dialog = await settings(owner.page, "What guests may do");
  await dialog.getByRole("switch", { name: "Add and change" }).uncheck();
  await owner.page.getByRole("switch", { name: "Add and change", disabled: false }).waitFor();
  await close(owner.page);

  // A guest may hand on the look, and is told why not more.
  const looker = await here.person();
  await looker.enter("drop-box");
  await looker.page.getByText("You may look and download.").waitFor();
  await button(looker.page, "Share").click();
  const greyed = looker.page.getByRole("radio", { name: "Drop things off" });
  await greyed.waitFor();
  expect(await greyed.isDisabled()).toBe(true);
  await looker.page.getByText("Guests of this room may not add. Only its owner can give more.").waitFor();
  await expectAccessible(looker.page);

  await button(owner.page, "Share").click();
  await owner.page.getByRole("radio", { name: "Drop things off" }).check();
  await owner.page.getByText(/More than guests may here/).first().waitFor();
  await expectAccessible(owner.page);
  await button(owner.page, "Make link").click();
  const link = await made(owner.page);
  await close(owner.page);

  const guest = await here.person();
  await guest.page.goto(link);
  await guest.page.getByRole("link", { name: "Enter" }).click();
  await composer(guest.page).waitFor();
  await pick(guest.page, [{ name: "homework.txt", mimeType: "text/plain", buffer: Buffer.from("mine") }]);
  await content(guest.page, "homework.txt").waitFor();
  expect(await content(guest.page, "Not for those who drop off").count()).toBe(0);
  await content(owner.page, "homework.txt").waitFor();
  // Nor does a visit later show more, or take less.
  await guest.page.reload();
  await content(guest.page, "homework.txt").waitFor();
  await composer(guest.page).waitFor();
  expect(await content(guest.page, "Not for those who drop off").count()).toBe(0);
});

it("tells what a link opens in the reader’s language and zone", async () => {
  const owner = await here.person();
  await owner.makeRoom("far-away");
  await button(owner.page, "Share").click();
  await button(owner.page, "Make link").click();
  const link = await made(owner.page);

  const guest = await here.person({ locale: "zh-CN", timezoneId: "Asia/Shanghai" });
  await guest.page.goto(link);
  await guest.page.getByRole("heading", { name: "你受邀进入房间 far-away" }).waitFor();
  const time = guest.page.locator("time");
  const at = new Date((await time.getAttribute("datetime")) ?? "");
  const style = { dateStyle: "long", timeStyle: "short", timeZone: "Asia/Shanghai" } as const;
  expect(await time.innerText()).toBe(new Intl.DateTimeFormat("zh-CN", style).format(at));
  await expectAccessible(guest.page);

  // Without scripts it says the same, in UTC.
  const still = await here.person({ javaScriptEnabled: false });
  await still.page.goto(link);
  await still.page.getByRole("heading", { name: "You are invited to the room far-away" }).waitFor();
  expect(await still.page.locator("time").innerText()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
  await still.page.getByRole("link", { name: "Enter" }).waitFor();
});

it("takes from guests at once what they may no longer do, and gives it back", async () => {
  const owner = await here.person();
  await owner.makeRoom("look-only");
  await type(owner.page, "Look at me");
  const dialog = await settings(owner.page, "What guests may do");
  await dialog.getByRole("switch", { name: /^Delete/ }).check();
  await owner.page.getByRole("switch", { name: /^Delete/, disabled: false }).waitFor();
  const guest = await here.person();
  await guest.enter("look-only");
  await composer(guest.page).waitFor();
  const remove = button(guest.page, "Delete: Look at me");
  await remove.waitFor({ state: "attached" });

  await dialog.getByRole("switch", { name: "Add and change" }).uncheck();
  await composer(guest.page).waitFor({ state: "detached" });
  await guest.page.getByText("You may look and download.").waitFor();
  await dialog.getByRole("switch", { name: /^Delete/ }).uncheck();
  await remove.waitFor({ state: "detached" });
  await content(guest.page, "Look at me").waitFor();

  await dialog.getByRole("switch", { name: "Add and change" }).check();
  await composer(guest.page).waitFor();
  await type(guest.page, "A word of mine");
});

it("asks guests for a password as soon as there is one", async () => {
  const owner = await here.person();
  await owner.makeRoom("with-password");
  await type(owner.page, "Not for everybody");
  const guest = await here.person();
  guest.expected.add(401).add(403);
  await guest.enter("with-password");
  const dialog = await settings(owner.page, "Password");
  await dialog.getByLabel("New password").fill("sesame");
  await button(dialog, "Set password").click();

  await guest.page.getByRole("heading", { name: "This room has a password" }).waitFor();
  expect(await content(guest.page, "Not for everybody").count()).toBe(0);
  await expectAccessible(guest.page);
  const field = guest.page.getByLabel("Password");
  await field.fill("open");
  await field.press("Enter");
  await guest.page.getByText("That is not the password.").waitFor();
  await field.fill("sesame");
  await field.press("Enter");
  await content(guest.page, "Not for everybody").waitFor();
});

it("makes an owner of whoever has the key", async () => {
  const owner = await here.person();
  const key = await owner.makeRoom("two-owners");
  const other = await here.person();
  other.expected.add(401).add(403);
  await other.enter("two-owners");
  const dialog = await settings(other.page, "Become the owner");
  await dialog.getByLabel("Owner key").fill("own_nonsense");
  await button(dialog, "Become the owner").click();
  await dialog.getByText("That is not the key of this room.").waitFor();
  await dialog.getByLabel("Owner key").fill(key);
  await button(dialog, "Become the owner").click();
  await dialog.getByText("You are the owner now.").waitFor();
  await dialog.getByRole("heading", { name: "What guests may do" }).waitFor();
});

it("moves to a private address, where only who has it finds it", async () => {
  const owner = await here.person();
  await owner.makeRoom("hidden");
  await type(owner.page, "Behind the curtain");
  const dialog = await settings(owner.page, "What guests may do");
  await dialog.getByRole("switch", { name: "Open by name, and invite" }).uncheck();
  await dialog.getByText("The room has a private address now.").waitFor();
  const address = owner.page.url();
  expect(address).toMatch(/\/hidden_[0-9a-f]{32}$/);

  const stranger = await here.person();
  stranger.expected.add(401).add(403).add(404);
  await stranger.page.goto(`${here.server.url}/hidden`);
  await stranger.page.getByRole("heading", { name: "You cannot enter" }).waitFor();
  const guest = await here.person();
  await guest.page.goto(address);
  await content(guest.page, "Behind the curtain").waitFor();
  // Who was in stays in, whatever the address.
  await owner.page.reload();
  await content(owner.page, "Behind the curtain").waitFor();
});

it("is deleted by who types its name, and says so to everybody in it", async () => {
  const owner = await here.person();
  await owner.makeRoom("short-lived");
  const guest = await here.person();
  guest.expected.add(404).add(401);
  await guest.enter("short-lived");
  const dialog = await settings(owner.page, "Delete the room");
  const field = dialog.getByLabel(/^Type the room’s name/);
  await field.fill("another");
  await button(dialog, "Delete the room").click();
  await dialog.getByText("That is not the name of this room.").waitFor();
  await field.fill("short-lived");
  await button(dialog, "Delete the room").click();
  await owner.page.getByRole("heading", { name: "This room was deleted." }).waitFor();
  await guest.page.getByRole("heading", { name: "This room was deleted." }).waitFor();
});
