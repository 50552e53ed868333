import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { noise } from "../support/files";
import { content, note, noteText, pick, saved, type } from "../support/page";
import { stage } from "../support/stage";

const here = stage();

/** Addresses that a page asks from now on, each by what stands behind the room's. */
function asked(page: Page, room: string): string[] {
  const paths: string[] = [];
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname.split(`/rooms/${room}`)[1];
    if (path !== undefined) paths.push(`${request.method()} ${path}`);
  });
  return paths;
}

/** Opens a room, and waits until what happens in it is heard. */
async function listen(page: Page, room: string): Promise<void> {
  const stream = page.waitForResponse((answer) => answer.url().endsWith("/events"));
  await page.goto(`${here.origin}/${room}`);
  await stream;
  await page.getByRole("heading", { name: room, exact: true }).waitFor();
}

/** What one adds, changes and deletes, with how the other page shows it; the list is not asked for again. */
it("shows what others do without asking again", async () => {
  const first = await here.person();
  await first.makeRoom("seen-at-once");
  const second = await here.person();
  await listen(second.page, "seen-at-once");
  await type(first.page, "before it counts");
  await content(second.page, "before it counts").waitFor();
  const paths = asked(second.page, "seen-at-once");
  await type(first.page, "hello from afar");
  await content(second.page, "hello from afar").waitFor();
  await note(first.page).fill("a note for both");
  await saved(first.page).waitFor();
  await expect.poll(() => noteText(second.page)).toBe("a note for both");
  // It is deleted once it can no longer be brought back.
  const deleted = first.page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await content(first.page, "hello from afar").getByRole("button", { name: /^More/ }).click();
  await first.page.getByRole("menuitem", { name: "Delete" }).click();
  await deleted;
  await content(second.page, "hello from afar").waitFor({ state: "detached" });
  expect(paths.filter((path) => path === "GET /contents")).toEqual([]);
});

it("goes on where the line broke", async () => {
  const first = await here.person();
  await first.makeRoom("cut-off");
  const second = await here.person();
  second.expected.add("Failed to load resource");
  await listen(second.page, "cut-off");
  await second.context.setOffline(true);
  await second.page.getByText("No connection since").waitFor();
  await type(first.page, "said meanwhile");
  const again = second.page.waitForRequest((request) => request.url().endsWith("/events"));
  await second.context.setOffline(false);
  await again;
  await content(second.page, "said meanwhile").waitFor();
  await second.page.getByText("No connection since").waitFor({ state: "detached" });
});

it("listens once for all pages of a browser that show a room", async () => {
  const first = await here.person();
  await first.makeRoom("two-tabs");
  const second = await here.person();
  await listen(second.page, "two-tabs");
  const other = await second.context.newPage();
  const paths = asked(other, "two-tabs");
  await other.goto(`${here.origin}/two-tabs`);
  await other.getByRole("heading", { name: "two-tabs", exact: true }).waitFor();
  await type(first.page, "to both of them");
  await content(second.page, "to both of them").waitFor();
  await content(other, "to both of them").waitFor();
  expect(paths).not.toContain("GET /events");
  // The other one listens when the first one is gone.
  const listening = other.waitForResponse((answer) => answer.url().endsWith("/events"));
  await second.page.close();
  await listening;
  await type(first.page, "to the one that is left");
  await content(other, "to the one that is left").waitFor();
});

it("says what came out of sight, until it is looked at", async () => {
  const first = await here.person();
  await first.makeRoom("out-of-sight");
  for (let n = 0; n < 6; n += 1) await type(first.page, `line ${n}`);
  const second = await here.person({ viewport: { width: 600, height: 400 } });
  await listen(second.page, "out-of-sight");
  await content(second.page, "line 0").scrollIntoViewIfNeeded();
  await type(first.page, "the first of two");
  await type(first.page, "the second of two");
  const more = second.page.getByRole("button", { name: "2 new" });
  await more.waitFor();
  expect(await second.page.title()).toBe("(2) out-of-sight · Elizabeth");
  await more.click();
  await more.waitFor({ state: "detached" });
  await expect.poll(() => second.page.title()).toBe("out-of-sight · Elizabeth");
  await content(second.page, "the second of two").waitFor();
});

/** A browser opens six connections to a server at most, and the stream keeps one of them. */
it("leaves an upload its four connections", async () => {
  const person = await here.person();
  const { page } = person;
  const devtools = await person.context.newCDPSession(page);
  await devtools.send("Network.enable");
  const connections = { stream: new Set<number>(), chunks: new Set<number>() };
  devtools.on("Network.responseReceived", ({ response: { url, connectionId } }) => {
    if (url.endsWith("/events")) connections.stream.add(connectionId);
    if (/uploads\/chunks\/\d+\/\d+/.test(url)) connections.chunks.add(connectionId);
  });
  await person.makeRoom("four-at-once");
  await expect.poll(() => connections.stream.size).toBe(1);
  await pick(page, [{ name: "film.bin", mimeType: "video/x-test", buffer: noise(40 << 20, 3) }]);
  // A request that came in between may have had one of the four meanwhile.
  expect([4, 5]).toContain(connections.chunks.size);
  for (const stream of connections.stream) expect(connections.chunks).not.toContain(stream);
});

it("shows who else is here, and that they write, until they are gone", async () => {
  const others = (page: Page, words: string) => page.getByRole("list", { name: words, exact: true });
  const first = await here.person();
  await first.makeRoom("who-is-here");
  await note(first.page).fill("Who brings what?");
  await saved(first.page).waitFor();
  const second = await here.person();
  await second.enter("who-is-here");
  await others(first.page, "1 other is here").waitFor();
  await others(second.page, "1 other is here").waitFor();
  await note(second.page).click();
  await others(first.page, "1 other is here").getByText("Somebody, who writes").waitFor({ state: "attached" });

  const third = await here.person();
  await third.enter("who-is-here");
  await others(first.page, "2 others are here").waitFor();
  await third.page.goto("about:blank");
  await others(first.page, "1 other is here").waitFor({ timeout: 50_000 });
});
