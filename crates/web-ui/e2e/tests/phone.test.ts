import { networkInterfaces } from "node:os";

import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { Person } from "../support/browser";
import { png } from "../support/files";
import { button, close, composer, content, drop, note, pick, type } from "../support/page";
import { Server } from "../support/server";
import { stage } from "../support/stage";

const here = stage();
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

it("can be used by the keyboard alone", async () => {
  const { page } = await here.person();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent?.trim() ?? "");
  /** Goes on by Tab until what is wanted has the focus. */
  const tabTo = async (name: string | RegExp) => {
    for (let step = 0; step < 40; step += 1) {
      const now = await focused();
      if (typeof name === "string" ? now === name : name.test(now)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`Tab does not come to ${String(name)}`);
  };

  await page.goto(here.server.url);
  await page.getByLabel("Room name").waitFor();
  await page.keyboard.type("by-keyboard");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "There is no room “by-keyboard” yet" }).waitFor();
  await tabTo("Make this room");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo("I have it");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  for (let step = 0; step < 20 && !(await composer(page).evaluate((field) => field === document.activeElement)); step += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type("Written without a mouse");
  await page.keyboard.press("Control+Enter");
  await content(page, "Written without a mouse").waitFor();
  expect(await composer(page).inputValue()).toBe("");

  await tabTo("Written without a mouse");
  await page.keyboard.press("Enter");
  const viewer = page.getByRole("dialog", { name: "Written without a mouse" });
  await viewer.locator(".cm-line").getByText("Written without a mouse").waitFor();
  await page.keyboard.press("Escape");
  await viewer.waitFor({ state: "detached" });
  // One goes on where one was.
  expect(await focused()).toBe("Written without a mouse");

  await tabTo("More: Written without a mouse");
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "Rename…" }).waitFor();
  await page.keyboard.press("r");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByLabel("Name").waitFor();
  await page.keyboard.type("keys.txt");
  await page.keyboard.press("Enter");
  await content(page, "keys.txt").waitFor();

  await page.keyboard.press("s");
  await page.getByRole("dialog", { name: "Share “by-keyboard”" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

it("hands over a file from a phone", async () => {
  const owner = await here.person(PHONE);
  const { page } = owner;
  await owner.makeRoom("from-a-phone");
  await pick(page, [{ name: "IMG_2041.txt", mimeType: "text/plain", buffer: Buffer.from("a picture") }]);
  await button(page, "Share").tap();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("img", { name: /^QR code/ }).waitFor();
  await expectAccessible(page);
  await button(dialog, "Close").tap();
  await button(page, "Settings").tap();
  await dialog.getByRole("heading", { name: "Look and language" }).tap();
  await expectAccessible(page);
  await button(dialog, "Close").tap();
  await content(page, "IMG_2041.txt").locator("button.open").tap();
  await dialog.locator(".cm-line").getByText("a picture").waitFor();
  await expectAccessible(page);
  // Nothing is wider than the screen.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

it("gets from the first page to a photo that is shared in three taps", async () => {
  const { page } = await here.person({ ...PHONE, permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(here.server.url);
  await expectAccessible(page);
  // One: the camera. Two is the phone's own: the picture is taken.
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button(page, "Photo").tap()]);
  await chooser.setFiles([{ name: "IMG_2042.png", mimeType: "image/png", buffer: png(640, 480, [90, 120, 60]) }]);
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("img", { name: /^QR code/ }).waitFor();
  await expectAccessible(page);
  // Three.
  await button(dialog, "Copy link").tap();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toMatch(/\/[a-z]+-[a-z]+-\d{3}$/);
  await page.keyboard.press("Escape");
  await content(page, "IMG_2042.png").waitFor();

  const guest = await here.person();
  await guest.page.goto(link);
  await content(guest.page, "IMG_2042.png").waitFor();
});

it("hands over what is dropped or pasted on the first page", async () => {
  const { page } = await here.person();
  await page.goto(here.server.url);
  await drop(page, [{ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("one") }]);
  await page.getByRole("dialog").getByRole("img", { name: /^QR code/ }).waitFor();
  await close(page);
  await content(page, "a.txt").waitFor();
  await page.goBack();
  await page.getByRole("heading", { name: "Hand something over" }).waitFor();
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "Meet at nine");
    document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
  });
  await page.getByRole("dialog").getByRole("img", { name: /^QR code/ }).waitFor();
  await close(page);
  await content(page, "Meet at nine").waitFor();
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((found) => found?.family === "IPv4" && !found.internal)?.address;

it.runIf(outside)("works on plain HTTP, where browsers offer less", async () => {
  const server = await Server.start({}, undefined, "0.0.0.0:0");
  try {
    const origin = `http://${outside}:${new URL(server.url).port}`;
    const person = await Person.open(here.browser, origin);
    const { page } = person;
    await person.makeRoom("plain");
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await note(page).fill("Over the wire");
    await type(page, "To be copied");
    await pick(page, [{ name: "plain.txt", mimeType: "text/plain", buffer: Buffer.from("as it is") }]);
    await button(page, "Copy text: To be copied").click();
    await page.getByRole("status").getByText("Copied").waitFor();
    // What was copied is what is pasted.
    await composer(page).click();
    await page.keyboard.press("Control+v");
    expect(await composer(page).inputValue()).toBe("To be copied");
    await person.close();
  } finally {
    await server.stop();
  }
});
