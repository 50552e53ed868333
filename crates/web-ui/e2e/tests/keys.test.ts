import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";

import { settings } from "../support/page";
import { stage } from "../support/stage";

type Rooms = Record<string, { token?: string; ownerKey?: unknown }>;

/** All that this browser stores as text. */
const stored = (page: Page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));

/** Has the browser know nothing of a room but its owner key, and opens it anew. */
async function comeBack(page: Page, name: string, plain?: string): Promise<void> {
  await page.evaluate(
    ([room, key]) => {
      const rooms = JSON.parse(localStorage.getItem("elizabeth:rooms") ?? "{}") as Rooms;
      rooms[room] = { ...rooms[room], token: undefined, ownerKey: key ?? rooms[room]?.ownerKey };
      localStorage.setItem("elizabeth:rooms", JSON.stringify(rooms));
    },
    [name, plain] as const,
  );
  await page.reload();
  await page.getByRole("heading", { name, exact: true }).waitFor();
}

/** The owner key as the settings show it. */
async function shown(page: Page): Promise<string> {
  const dialog = await settings(page, "Owner key");
  return dialog.getByLabel("Owner key").inputValue();
}

describe("where the browser can encrypt", () => {
  const here = stage();

  it("stores owner keys so that no script can read them out, and comes in by them", async () => {
    const { key, page } = await owner("locked");
    expect(await stored(page)).not.toContain(key);
    const exported = await page.evaluate(async () => {
      const opening = indexedDB.open("elizabeth");
      await new Promise((resolve) => (opening.onsuccess = resolve));
      const found = opening.result.transaction("keys").objectStore("keys").getAll();
      await new Promise((resolve) => (found.onsuccess = resolve));
      opening.result.close();
      const outcomes = (found.result as CryptoKey[]).map((key) =>
        crypto.subtle.exportKey("raw", key).then(
          () => "read out",
          (error: Error) => error.name,
        ),
      );
      return Promise.all(outcomes);
    });
    expect(exported).toEqual(["InvalidAccessError"]);
    await comeBack(page, "locked");
    expect(await shown(page)).toBe(key);
  });

  it("encrypts a key that was stored as it is, at the next visit", async () => {
    const { key, page } = await owner("older");
    await comeBack(page, "older", key);
    await expect.poll(() => stored(page)).not.toContain(key);
    await comeBack(page, "older");
    expect(await shown(page)).toBe(key);
  });

  it("lets an owner in as a guest where the key cannot be decrypted any more", async () => {
    const { page } = await owner("cleared");
    await page.evaluate(async () => {
      const deleting = indexedDB.deleteDatabase("elizabeth");
      await new Promise((resolve) => (deleting.onsuccess = resolve));
    });
    await comeBack(page, "cleared");
    await page.getByRole("button", { name: "Settings" }).click();
    await page.getByRole("dialog").getByRole("heading", { name: "Become the owner", exact: true }).waitFor();
  });

  async function owner(name: string) {
    const person = await here.person();
    return { key: await person.makeRoom(name), page: person.page };
  }
});

describe("over plain HTTP, where it cannot", () => {
  const here = stage({ host: "plain.example" });

  it("stores owner keys as they are, and comes in by them", async () => {
    const person = await here.person();
    const key = await person.makeRoom("plain");
    expect(await stored(person.page)).toContain(key);
    await comeBack(person.page, "plain");
    expect(await shown(person.page)).toBe(key);
  });
});
