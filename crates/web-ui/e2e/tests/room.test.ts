import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { Person } from "../support/browser";
import { noise, png } from "../support/files";
import { button, close, content, drop, note, noteText, saved, settings, type } from "../support/page";
import { Server } from "../support/server";
import { stage } from "../support/stage";

const here = stage();

it("is made by visiting it, and takes text, links, an image from the clipboard, and files", async () => {
  const { page } = await here.person();
  await page.goto(here.server.url);
  await page.getByLabel("Room name").fill("team-lunch");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "There is no room “team-lunch” yet" }).waitFor();
  await page.getByRole("button", { name: "Make this room" }).click();
  expect(await page.locator("dialog code").innerText()).toMatch(/^own_/);
  await page.getByRole("button", { name: "I have it" }).click();

  await note(page).fill("Lunch on Friday");
  await saved(page).waitFor();
  await type(page, "Pizza or pasta?");
  await type(page, "https://example.org/menu");

  const image = png(64, 64, [200, 40, 40]).toString("base64");
  await page.evaluate((bytes) => {
    const raw = Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([raw], "image.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData }));
  }, image);
  await content(page, "pasted-").waitFor();

  await drop(page, [
    { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("one") },
    { name: "b.csv", mimeType: "text/csv", buffer: Buffer.from("x,y\n1,2\n") },
    { name: "empty.bin", mimeType: "", buffer: Buffer.alloc(0) },
  ]);
  for (const name of ["a.txt", "b.csv", "empty.bin"]) await content(page, name).waitFor();

  await page.reload();
  await content(page, "empty.bin").waitFor();
  await expect.poll(() => noteText(page)).toBe("Lunch on Friday");
});

it("finishes a file of 200 MiB after the page was loaded anew in the middle of it", async () => {
  const owner = await here.person();
  const { page } = owner;
  const folder = await mkdtemp(join(tmpdir(), "elizabeth-e2e-"));
  const path = join(folder, "film.bin");
  const bytes = noise(200 << 20, 7);
  await writeFile(path, bytes);
  await owner.makeRoom("big-file");

  const picker = page.locator("form input[type=file]").first();
  const sent = new Map<string, number>();
  page.on("request", (request) => {
    const chunk = /uploads\/chunks\/\d+\/(\d+)/.exec(request.url())?.[1];
    if (chunk) sent.set(chunk, (sent.get(chunk) ?? 0) + 1);
  });
  let arrived = 0;
  const half = new Promise<void>((resolve) => {
    page.on("response", (response) => {
      if (/uploads\/chunks\/\d+\/\d+/.test(response.url()) && response.ok() && ++arrived === 20) resolve();
    });
  });
  await picker.setInputFiles(path);
  await half;
  page.once("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await page.getByText("Pick the same file to go on").waitFor();
  await picker.setInputFiles(path);
  await content(page, "film.bin").waitFor({ timeout: 90_000 });

  const total = [...sent.values()].reduce((sum, times) => sum + times, 0);
  expect(sent.size).toBe(50);
  // What was on the way when the page went, and no more.
  expect(total - sent.size).toBeLessThanOrEqual(6);

  const download = page.waitForEvent("download");
  await content(page, "film.bin").getByRole("button", { name: /^Download/ }).click();
  const stored = await (await download).createReadStream();
  const hash = createHash("sha256");
  for await (const piece of stored) hash.update(piece as Buffer);
  expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  await rm(folder, { recursive: true });
});

it("says that something does not fit before a byte of it is sent", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("small-room");
  const [name, token] = await page.evaluate(() => {
    const rooms = JSON.parse(localStorage.getItem("elizabeth:rooms") ?? "{}") as Record<string, { token: string }>;
    return Object.entries(rooms).map(([slug, room]) => [slug, room.token] as const)[0] ?? ["", ""];
  });
  const settings = await fetch(`${here.server.url}/api/v1/rooms/${name}/settings`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ max_size: 1_000 }),
  });
  expect(settings.status).toBe(200);
  await page.getByText("0 bytes of 1 kB used").waitFor();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
  await drop(page, [{ name: "large.bin", mimeType: "", buffer: noise(2_000) }]);
  await page.getByText("That does not fit: 2 kB are needed, 1 kB are left.").waitFor();
  expect(asked.filter((request) => request.includes("/uploads/chunks"))).toEqual([]);
});

it("puts together what two people type into the note", async () => {
  const first = await here.person();
  await first.makeRoom("two-editors");
  await note(first.page).fill("Monday\n\nAnna: pizza\n");
  await saved(first.page).waitFor();
  const second = await here.person();
  await second.enter("two-editors");
  await expect.poll(() => noteText(second.page)).toContain("Anna");
  first.expected.add(409);
  second.expected.add(409);

  await note(first.page).fill("Tuesday\n\nAnna: pizza\n");
  await note(second.page).fill("Monday\n\nAnna: pizza\nBen: pasta\n");
  for (const { page } of [first, second]) {
    await expect.poll(() => noteText(page), { timeout: 20_000 }).toBe("Tuesday\n\nAnna: pizza\nBen: pasta\n");
  }
});

it("lets guests delete only where that was asked for", async () => {
  const owner = await here.person();
  const permission = async (room: string) => {
    const answer = await fetch(`${here.server.url}/api/v1/rooms/${room}`);
    return ((await answer.json()) as { permission: number }).permission;
  };
  await owner.makeRoom("kept");
  expect(await permission("kept")).toBe(7);
  await owner.page.goto(`${here.origin}/shared-by-all`);
  await owner.page.getByRole("switch", { name: "Guests may delete" }).click();
  await button(owner.page, "Make this room").click();
  await button(owner.page, "I have it").click();
  expect(await permission("shared-by-all")).toBe(15);
});

it("keeps what it has of a room that others deleted, and shows its owner since when", async () => {
  const owner = await here.person();
  const { page } = owner;
  owner.expected.add(404);
  const key = await owner.makeRoom("fleeting");
  await note(page).fill("Bring the tent");
  await saved(page).waitFor();
  await type(page, "The later train is quieter");
  const room = `${here.server.url}/api/v1/rooms/fleeting`;
  const entered = await fetch(`${room}/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ owner_key: key }),
  });
  const { token } = (await entered.json()) as { token: string };
  await fetch(room, { method: "DELETE", headers: { authorization: `Bearer ${token}` } });

  await page.getByText(/^This room is gone since /).waitFor();
  expect(await noteText(page)).toBe("Bring the tent");
  await content(page, "The later train is quieter").waitFor();
  await expectAccessible(page);
  const download = page.waitForEvent("download");
  await button(page, "Save the texts").click();
  let kept = "";
  for await (const piece of await (await download).createReadStream()) kept += String(piece);
  expect(kept).toBe("Bring the tent\n\nThe later train is quieter\n");

  await page.reload();
  await page.getByText(/^You owned a room here\. This browser found it gone on /).waitFor();
});

it("asks for the key that rooms are made with, and keeps it for the tab", async () => {
  const key = "a-key-that-rooms-are-made-with";
  const server = await Server.start({ ELIZABETH_CREATE_KEY: key });
  const person = await Person.open(here.browser, server.url);
  const { page } = person;
  person.expected.add(403);
  await page.goto(`${server.url}/first`);
  const field = page.getByLabel("Key to make rooms with");
  await field.fill("another-key-of-the-same-length");
  await button(page, "Make this room").click();
  await page.getByText("That is not the key.").waitFor();
  await expectAccessible(page);
  await field.fill(key);
  await button(page, "Make this room").click();
  await button(page, "I have it").click();
  await page.goto(`${server.url}/second`);
  await button(page, "Make this room").waitFor();
  expect(await field.count()).toBe(0);
  await button(page, "Make this room").click();
  await button(page, "I have it").waitFor();
  await person.close();
  await server.stop();
});

it("leaves who was signed out before the door until they enter again themselves", async () => {
  const owner = await here.person();
  const guest = await here.person();
  for (const status of [401, 403, 423]) guest.expected.add(status);
  await owner.makeRoom("signed-out");
  await guest.page.goto(`${here.server.url}/signed-out`);
  await note(guest.page).waitFor();

  let people = await settings(owner.page, "Who is in");
  await people.getByRole("button", { name: /^Sign out: Guest/ }).click();
  await people.getByText("they can come in again").waitFor();
  const door = guest.page.getByRole("heading", { name: "You are not in this room any more" });
  await door.waitFor({ timeout: 30_000 });
  await expectAccessible(guest.page);
  // Not by loading the page anew either.
  await guest.page.reload();
  await door.waitFor();
  await button(guest.page, "Enter again").click();
  await note(guest.page).waitFor();

  await close(owner.page);
  people = await settings(owner.page, "Who is in");
  await people.getByRole("button", { name: /^Sign out: Guest/ }).click();
  await button(people, "Lock the room").click();
  await people.getByText("Signed out.", { exact: true }).waitFor();
  // Before the door of a locked room there is nothing to press but to try again.
  await guest.page.reload();
  await guest.page.getByRole("heading", { name: "You cannot enter" }).waitFor();
});
