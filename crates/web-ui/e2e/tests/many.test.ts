import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { CDPSession, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { expectAccessible } from "../support/axe";
import { Person } from "../support/browser";
import { noise } from "../support/files";
import { Line, proxy } from "../support/line";
import { button, content } from "../support/page";
import { stage } from "../support/stage";

const here = stage();
const [KIB, MIB] = [1 << 10, 1 << 20];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "elizabeth-e2e-"));
});
afterAll(() => rm(folder, { recursive: true }));

const tray = (page: Page): Locator => page.getByRole("region", { name: "Uploads" });
/** A line that stands in the tray, and is not only read out. */
const line = (page: Page, text: string | RegExp): Locator => tray(page).locator(":not([role=status])").getByText(text).first();

/** So many files of a size, in a folder of their own: their paths. */
async function files(name: string, count: number, size: number): Promise<string[]> {
  const place = join(folder, name);
  await mkdir(place);
  const paths = Array.from({ length: count }, (_, n) => join(place, `${name}-${String(n).padStart(4, "0")}.bin`));
  for (const [n, path] of paths.entries()) await writeFile(path, noise(size, n + 1));
  return paths;
}

/** Picks files by their paths, as people do. */
const pick = (page: Page, paths: string[]) => page.locator("form input[type=file]").first().setInputFiles(paths);

/** Drops what lies in the file system on the page, folders too. */
async function drop(page: Page, paths: string[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await devtools.send("Input.dispatchDragEvent", { type, x: 400, y: 300, data });
  }
  await devtools.detach();
}

interface Counts {
  lists: number;
  rooms: number;
  uploads: number;
  failed: number;
  workers: number;
  mostWorkers: number;
}

/** What a page asks for from now on, and how many workers it has. */
function counting(page: Page): Counts {
  const counts: Counts = { lists: 0, rooms: 0, uploads: 0, failed: 0, workers: 0, mostWorkers: 0 };
  let live = 0;
  page.on("request", (request) => {
    if (request.method() !== "GET") return;
    const { pathname } = new URL(request.url());
    if (/\/rooms\/[^/]+\/contents$/.test(pathname)) counts.lists += 1;
    if (/\/rooms\/[^/]+$/.test(pathname)) counts.rooms += 1;
    if (/\/rooms\/[^/]+\/uploads$/.test(pathname)) counts.uploads += 1;
  });
  page.on("response", (response) => {
    if (response.status() >= 400) counts.failed += 1;
  });
  page.on("worker", (worker) => {
    counts.workers += 1;
    counts.mostWorkers = Math.max(counts.mostWorkers, (live += 1));
    worker.once("close", () => (live -= 1));
  });
  return counts;
}

/** Bytes that the browser's pages, with their workers, need for themselves. */
async function memory(browser: CDPSession, page: CDPSession): Promise<number> {
  await page.send("HeapProfiler.collectGarbage");
  const { processInfo } = await browser.send("SystemInfo.getProcessInfo");
  let sum = 0;
  for (const { id } of processInfo.filter(({ type }) => type === "renderer")) {
    const status = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
    sum += KIB * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }
  return sum;
}

/** The names of what is in a room, by the server, sorted. */
async function stored(page: Page, room: string): Promise<string[]> {
  const names = await page.evaluate(async (name) => {
    const known = JSON.parse(localStorage.getItem("elizabeth:rooms") ?? "{}") as Record<string, { token: string }>;
    const headers = { authorization: `Bearer ${known[name]?.token}` };
    const answer = await fetch(`/api/v1/rooms/${name}/contents?limit=10000`, { headers });
    return ((await answer.json()) as { file_name: string }[]).map(({ file_name }) => file_name);
  }, room);
  return names.sort();
}

const name = (path: string) => path.split("/").at(-1) ?? "";

/** Somebody who knows the server by another address. */
async function by(url: string, expected: (number | string)[] = []): Promise<Person> {
  const person = await Person.open(here.browser, url);
  for (const one of expected) person.expected.add(one);
  return person;
}

it("takes 1,000 small files at once", async () => {
  const person = await here.person();
  const { page } = person;
  await person.makeRoom("thousand");
  const paths = await files("thousand", 1_000, 360);
  const browser = await here.browser.newBrowserCDPSession();
  const devtools = await person.context.newCDPSession(page);
  const before = await memory(browser, devtools);
  const counts = counting(page);
  let most = 0;
  const looks: Promise<void>[] = [];
  page.on("response", (response) => {
    if (response.request().method() !== "POST") return;
    looks.push(memory(browser, devtools).then((bytes) => void (most = Math.max(most, bytes - before))));
  });
  const began = Date.now();
  await pick(page, paths);
  await line(page, /^[\d,]+ of 1,000 · /).waitFor();
  const drawn = await page.locator("*").count();
  await line(page, "1,000 files have arrived").waitFor({ timeout: 100_000 });
  const time = Date.now() - began;
  await Promise.all(looks);
  console.info(`1,000 files: ${time} ms, ${JSON.stringify(counts)}, + ${Math.round(most / MIB)} MiB, ${drawn} elements`);
  expect(counts.lists).toBeLessThanOrEqual(10);
  expect(counts.workers).toBe(0);
  expect(counts.failed).toBe(0);
  expect(drawn).toBeLessThan(5_000);
  expect(looks.length).toBeGreaterThan(10);
  expect(most).toBeLessThan(100 * MIB);
  expect(await stored(page, "thousand")).toEqual(paths.map(name));
  await tray(page).waitFor({ state: "detached" });
});

it("goes on by itself where the line is cut, and sends nothing twice", async () => {
  const cable = await Line.to(here.server.url);
  const person = await by(cable.url, ["Failed to load resource"]);
  const { page } = person;
  await person.makeRoom("cut-twice");
  const paths = await files("cut-twice", 300, 360);
  // Browsers send anew by themselves what broke on a connection that had been used before: twice it is the page's turn.
  Object.assign(cable.stops, { asked: /^POST .*\/contents\?reservation_id=/, times: 2 });
  Object.assign(cable.loses, { asked: /^POST .*\/contents\?reservation_id=/, times: 3 });
  await pick(page, paths);
  await line(page, "300 files have arrived").waitFor({ timeout: 60_000 });
  expect([cable.stops.times, cable.loses.times]).toEqual([0, 0]);
  expect(await stored(page, "cut-twice")).toEqual(paths.map(name));
  await person.close();
  await cable.end();
});

it("goes on by itself with files in chunks where the line is cut", async () => {
  const cable = await Line.to(here.server.url);
  const person = await by(cable.url, ["Failed to load resource"]);
  const { page } = person;
  await person.makeRoom("cut-chunks");
  const paths = await files("cut-chunks", 30, 300 * KIB);
  Object.assign(cable.stops, { asked: /^PUT .*\/uploads\/chunks\/1/, times: 4 });
  Object.assign(cable.loses, { asked: /^POST .*\/complete/, times: 4 });
  await pick(page, paths);
  await line(page, "30 files have arrived").waitFor({ timeout: 60_000 });
  expect([cable.stops.times, cable.loses.times]).toEqual([0, 0]);
  expect(await stored(page, "cut-chunks")).toEqual(paths.map(name));
  await person.close();
  await cable.end();
});

it("waits where the server asks for it", async () => {
  const person = await here.person();
  const { page } = person;
  person.expected.add(429).add(503);
  await person.makeRoom("busy");
  let refused = 0;
  await page.route(/\/contents\?reservation_id=|\/chunks\/complete/, (route) => {
    if (refused++ >= 2) return route.continue();
    const status = refused === 1 ? 429 : 503;
    const body = JSON.stringify({ status, code: "busy", error: "later" });
    return route.fulfill({ status, headers: { "retry-after": "1" }, contentType: "application/problem+json", body });
  });
  const paths = [...(await files("busy", 3, 100)), ...(await files("busy-large", 3, 300 * KIB))];
  await pick(page, paths);
  await line(page, "6 files have arrived").waitFor({ timeout: 60_000 });
  expect(await stored(page, "busy")).toEqual(paths.map(name).sort());
});

it("shares three workers among the files that need one", async () => {
  const person = await here.person();
  const { page } = person;
  await person.makeRoom("workers");
  const counts = counting(page);
  const paths = await files("workers", 10, 5 * MIB);
  await pick(page, paths);
  await line(page, "10 files have arrived").waitFor({ timeout: 60_000 });
  expect(counts.workers).toBeGreaterThan(0);
  expect(counts.workers).toBeLessThanOrEqual(3);
  expect(await stored(page, "workers")).toEqual(paths.map(name));
});

describe("over plain HTTP from elsewhere", () => {
  const there = stage({ host: "elizabeth.test" });

  it("hashes by the same three workers, for there is no WebCrypto", async () => {
    const person = await there.person();
    const { page } = person;
    await person.makeRoom("plain");
    expect(await page.evaluate(() => "subtle" in crypto && crypto.subtle !== undefined)).toBe(false);
    const counts = counting(page);
    const paths = [...(await files("plain", 100, 360)), ...(await files("plain-large", 20, 300 * KIB))];
    await pick(page, paths);
    await line(page, "120 files have arrived").waitFor({ timeout: 60_000 });
    expect(counts.workers).toBeGreaterThan(0);
    expect(counts.mostWorkers).toBeLessThanOrEqual(3);
    expect(await stored(page, "plain")).toEqual(paths.map(name).sort());
  });
});

for (const [how, isPolite] of [["refuses", true], ["breaks off", false]] as const) {
  it(`sends smaller chunks where a proxy ${how} large ones`, async () => {
    const front = await proxy(here.server.url, MIB, isPolite);
    const person = await by(front.url, [413, "Failed to load resource"]);
    const { page } = person;
    const room = `proxy-${isPolite}`;
    await person.makeRoom(room);
    const [small = []] = [await files(`${room}-small`, 5, 400)];
    const paths = [...(await files(room, 2, 3_000_000)), ...small];
    await pick(page, paths);
    await line(page, "7 files have arrived").waitFor({ timeout: 60_000 });
    expect(await stored(page, room)).toEqual(paths.map(name).sort());
    await person.close();
    await front.end();
  });
}

it("sends the others where one has a name that cannot be, or is none to see", async () => {
  const person = await here.person();
  const { page } = person;
  person.expected.add(400);
  await person.makeRoom("bad-name");
  const place = join(folder, "bad-name");
  await mkdir(place);
  const good = Array.from({ length: 20 }, (_, n) => `ok-${String(n).padStart(2, "0")}.txt`);
  for (const one of [...good, "Icon\r", "left\u202eright.txt"]) await writeFile(join(place, one), "something");
  await drop(page, [place]);
  await line(page, "1 file did not arrive").waitFor();
  await line(page, "20 files have arrived").waitFor();
  await button(tray(page), "Show the files").click();
  await line(page, /right\.txt/).waitFor();
  await line(page, /invalid file name/).waitFor();
  expect(await stored(page, "bad-name")).toEqual(good.map((one) => `bad-name/${one}`));
  // It would not help.
  expect(await button(tray(page), "Try again").count()).toBe(0);

  // Those that are not small are one upload nevertheless.
  const uploads = new Set<string>();
  page.on("request", (request) => {
    const upload = /reservation_id=(.+)/.exec(request.url())?.[1];
    if (upload && request.method() === "PUT") uploads.add(upload);
  });
  const bad = join(place, "left\u202elarge.bin");
  await writeFile(bad, noise(300 * KIB));
  await pick(page, [...(await files("not-small", 6, 300 * KIB)), bad]);
  await line(page, "26 files have arrived").waitFor();
  await line(page, "2 files did not arrive").waitFor();
  expect(uploads.size).toBe(1);
  await button(tray(page), "Dismiss").click();
  await tray(page).waitFor({ state: "detached" });
});

it("names what could not be read, and sends the rest", async () => {
  const person = await here.person();
  const { page } = person;
  await person.makeRoom("unreadable");
  const place = join(folder, "unreadable");
  await mkdir(place);
  await writeFile(join(place, "ok.txt"), "ok");
  await writeFile(Buffer.concat([Buffer.from(`${place}/lat`), Buffer.from([0xed]), Buffer.from("n.txt")]), "no");
  await drop(page, [place]);
  // Chromium does not have its name.
  await line(page, "Something in unreadable/ could not be read.").waitFor();
  await line(page, "1 file has arrived").waitFor();
  expect(await stored(page, "unreadable")).toEqual(["unreadable/ok.txt"]);
});

it("says that there is nothing in an empty folder", async () => {
  const person = await here.person();
  const { page } = person;
  await person.makeRoom("empty-folder");
  await mkdir(join(folder, "hollow", "within"), { recursive: true });
  await drop(page, [join(folder, "hollow")]);
  await page.getByText("There are no files in it.").waitFor();
});

it("pauses, goes on, and gives up all at once, and draws a few of many", async () => {
  const person = await here.person();
  const { page } = person;
  await person.makeRoom("at-once");
  const held: (() => void)[] = [];
  let isHeld = true;
  await page.route(/\/uploads\/chunks\/\d+\/\d+/, async (route) => {
    if (isHeld) await new Promise<void>((resolve) => held.push(resolve));
    await route.continue().catch(() => undefined);
  });
  const release = () => held.splice(0).forEach((go) => go());
  const paths = await files("at-once", 120, 300 * KIB);
  await pick(page, paths);
  await line(page, /^0 of 120 · 0 %/).waitFor();
  expect(await tray(page).getByRole("listitem").count()).toBe(0);
  await button(tray(page), "Show the files").click();
  await line(page, "and 70 more").waitFor();
  expect(await tray(page).getByRole("listitem").count()).toBe(51);
  await expectAccessible(page);

  await button(tray(page), "Pause all").click();
  release();
  // What was on the way arrives.
  await line(page, /^4 of 120 · \d+ % · paused$/).waitFor();
  isHeld = false;
  release();
  await button(tray(page), "Go on").click();
  await line(page, "120 files have arrived").waitFor({ timeout: 60_000 });
  expect(await stored(page, "at-once")).toEqual(paths.map(name));

  isHeld = true;
  await pick(page, paths.slice(0, 40));
  await line(page, /^\d+ of 160 · /).waitFor();
  const given = page.waitForResponse((answer) => answer.request().method() === "DELETE");
  await button(tray(page), "Cancel all").click();
  expect((await given).ok()).toBe(true);
  isHeld = false;
  release();
  await tray(page).waitFor({ state: "detached" });
  expect(await stored(page, "at-once")).toHaveLength(120);
});

/** Somebody who begins to send, and is heard of no more. */
async function vanish(room: string, key?: string): Promise<void> {
  const api = `${here.server.url}/api/v1/rooms/${room}`;
  const json = { "content-type": "application/json" };
  const entered = await fetch(`${api}/tokens`, { method: "POST", headers: json, body: JSON.stringify({ owner_key: key }) });
  const { token } = (await entered.json()) as { token: string };
  const headers = { ...json, authorization: `Bearer ${token}` };
  const manifest = Array.from({ length: 339 }, (_, n) => ({ name: `photo-${n}.jpg`, size: 70_000, chunk_size: 70_000 }));
  const prepared = await fetch(`${api}/uploads/chunks/prepare`, { method: "POST", headers, body: JSON.stringify({ files: manifest }) });
  const { reservation_id: reservation } = (await prepared.json()) as { reservation_id: string };
  for (let n = 0; n < 34; n += 1) {
    const url = `${api}/uploads/chunks/${n}/0?reservation_id=${reservation}`;
    const sent = await fetch(url, { method: "PUT", headers: { authorization: `Bearer ${token}` }, body: new Uint8Array(70_000) });
    expect(sent.status).toBe(200);
  }
}

it("shows an uploader who vanished as one line, and not for long", async () => {
  const owner = await here.person();
  await owner.makeRoom("vanished");
  const guest = await here.person();
  await guest.page.clock.install();
  await vanish("vanished");
  await guest.enter("vanished");
  const words = /^Somebody sends 339 files · \d+ %$/;
  await line(guest.page, words).waitFor();
  expect(await button(tray(guest.page), "Clear").count()).toBe(0);
  await expectAccessible(guest.page);
  await guest.page.clock.runFor(31_000);
  await tray(guest.page).waitFor({ state: "detached" });

  await owner.page.reload();
  await line(owner.page, words).waitFor();
  await tray(owner.page).getByRole("button", { name: /^Clear: / }).click();
  await tray(owner.page).waitFor({ state: "detached" });
  const left = await owner.page.evaluate(async () => {
    const known = JSON.parse(localStorage.getItem("elizabeth:rooms") ?? "{}") as Record<string, { token: string }>;
    const answer = await fetch("/api/v1/rooms/vanished/uploads", { headers: { authorization: `Bearer ${known["vanished"]?.token}` } });
    return ((await answer.json()) as unknown[]).length;
  });
  expect(left).toBe(0);
});

it("offers what was interrupted as one, and goes on with it", async () => {
  const person = await here.person();
  const { page } = person;
  await person.makeRoom("interrupted");
  let passed = 0;
  await page.route(/\/uploads\/chunks\/\d+\/\d+/, async (route) => {
    if (++passed <= 8) await route.continue();
  });
  const paths = await files("interrupted", 20, 300 * KIB);
  await pick(page, paths);
  await line(page, /^[1-8] of 20 · /).waitFor();
  page.once("dialog", (dialog) => void dialog.accept());
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.reload();
  await line(page, /Pick the same files to go on\./).waitFor();
  const chooser = page.waitForEvent("filechooser");
  await button(tray(page), "Pick the files").click();
  await (await chooser).setFiles(paths);
  await content(page, "interrupted-0019.bin").waitFor();
  await expect.poll(() => stored(page, "interrupted")).toEqual(paths.map(name));
});
