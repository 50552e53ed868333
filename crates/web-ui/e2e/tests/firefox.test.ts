import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ElementHandle, Page } from "puppeteer-core";
import { afterAll, beforeAll, expect, it } from "vitest";

import { noise } from "../support/files";
import { Firefox } from "../support/firefox";
import { Server } from "../support/server";

let server: Server;
let firefox: Firefox;
let folder: string;

beforeAll(async () => {
  server = await Server.start();
  firefox = await Firefox.start(server.url);
  folder = await mkdtemp(join(tmpdir(), "elizabeth-e2e-"));
});

afterAll(async () => {
  // One that did not start needs no end, and has reported why.
  await firefox?.stop();
  await server?.stop();
  if (folder) await rm(folder, { recursive: true });
});

const press = (page: Page, name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click();
const row = (name: string) => `::-p-xpath(//article[contains(., "${name}")])`;

it("makes a room, and hands a file over to somebody else, who sees it come and go", async () => {
  const bytes = noise(9 << 20, 3);
  const film = join(folder, "film.bin");
  await writeFile(film, bytes);

  const anna = await firefox.person();
  await anna.goto(`${server.url}/by-firefox`);
  await press(anna, "Make this room");
  await anna.waitForSelector("dialog code");
  await press(anna, "I have it");
  const picker = (await anna.waitForSelector("form input[type=file]", { hidden: true })) as ElementHandle<HTMLInputElement>;
  await picker.uploadFile(film);
  await anna.waitForSelector(row("film.bin"));

  const ben = await firefox.person();
  await ben.goto(`${server.url}/by-firefox`);
  await ben.waitForSelector(row("film.bin"));
  await press(ben, "Download: film.bin");
  const hash = (whole: Buffer) => createHash("sha256").update(whole).digest("hex");
  const fetched = () => readFile(join(firefox.downloads, "film.bin")).then(hash, () => undefined);
  await expect.poll(fetched).toBe(hash(bytes));

  await anna.locator("#composer").fill("It is there");
  await press(anna, "Add");
  await ben.waitForSelector(row("It is there"));

  await press(anna, "Delete: film.bin");
  await ben.waitForSelector(row("film.bin"), { hidden: true });
  await ben.reload();
  await ben.waitForSelector(row("It is there"));
  expect(await ben.$(row("film.bin"))).toBeNull();
});
