import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Browser } from "playwright-core";

import type { Person } from "./browser";
import { noise, pdf } from "./files";
import { LANDSCAPES, photos } from "./photos";
import { note, pick, saved, type, type TestFile } from "./page";

interface Words {
  room: string;
  note: string;
  message: string;
  names: { list: string; costs: string; script: string; film: string; photos: [string, string] };
}

export const ENGLISH: Words = {
  room: "summer-trip",
  note: `Friday, 17:30 at the station, platform 4

Anna brings the tent
Ben: stove, pots, matches
Clara: maps, and the good coffee

Tickets are below. Photos go here as well!`,
  message: "The later train is quieter. Shall we take that one?",
  names: {
    list: "packing list.pdf",
    costs: "costs.csv",
    script: "rename.py",
    film: "first evening.mp4",
    photos: ["lake-morning.jpg", "lake-evening.jpg"],
  },
};

export const CHINESE: Words = {
  room: "周末出游",
  note: `周五 17:30 在火车站 4 号站台集合

小安：帐篷
小本：炉子、锅、火柴
小兰：地图，还有好喝的咖啡

车票在下面，照片也放这里！`,
  message: "晚一班的火车人少一些，要不要坐那一班？",
  names: {
    list: "行李清单.pdf",
    costs: "费用.csv",
    script: "改名.py",
    film: "第一晚.mp4",
    photos: ["湖边清晨.jpg", "湖边傍晚.jpg"],
  },
};

const SCRIPT = `from pathlib import Path

for number, photo in enumerate(sorted(Path(".").glob("*.jpg")), start=1):
    photo.rename(f"trip-{number:03}.jpg")
`;
const COSTS = "what,who,euros\ntrain,Anna,84.00\ncamp site,Ben,42.50\nfood,Clara,57.20\n";
const LIST = [
  { title: "Packing list", lines: ["Tent and pegs", "Sleeping bags", "Stove, pots, matches", "Maps", "Coffee", "Rain coats"] },
];

/** Makes a room in which people have been for a while, and answers its key. */
export async function furnish(person: Person, browser: Browser, words: Words, more: TestFile[] = []): Promise<string> {
  const { page } = person;
  const { names } = words;
  const key = await person.makeRoom(words.room);
  await note(page).fill(words.note);
  await saved(page).waitFor();
  await type(page, "https://www.openstreetmap.org/relation/51701");
  for (const file of more) await pick(page, [file]);
  await pick(page, [{ name: names.script, mimeType: "text/x-python", buffer: Buffer.from(SCRIPT) }]);
  await pick(page, [{ name: names.costs, mimeType: "text/csv", buffer: Buffer.from(COSTS) }]);
  await pick(page, [{ name: names.list, mimeType: "application/pdf", buffer: pdf(LIST) }]);
  await type(page, words.message);
  const [morning, evening] = await photos(browser, [LANDSCAPES.morning, LANDSCAPES.evening]);
  if (morning) await pick(page, [{ ...morning, name: names.photos[0] }]);
  if (evening) await pick(page, [{ ...evening, name: names.photos[1] }]);
  await page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));
  return key;
}

/** Begins to send a film, of which nothing arrives after the first chunks. */
export async function beginUpload(person: Person, words: Words): Promise<void> {
  const { page } = person;
  let passed = 0;
  await page.route(/uploads\/chunks\/\d+\/\d+/, async (route) => {
    if (++passed <= 5) await route.continue();
  });
  // By its path: as bytes, so many take a busy machine longer than a browser is waited for.
  const folder = await mkdtemp(join(tmpdir(), "elizabeth-e2e-"));
  page.once("close", () => void rm(folder, { recursive: true }));
  const film = join(folder, words.names.film);
  await writeFile(film, noise(36 << 20, 5));
  await page.locator("form input[type=file]").first().setInputFiles(film);
  await page.getByText(/· 5\d %/).waitFor();
}

