import { afterAll, beforeAll, it } from "vitest";
import type { Browser, Page } from "playwright-core";

import { launch, Person } from "../support/browser";
import { fill } from "../support/fill";
import { content, type } from "../support/page";
import { Server } from "../support/server";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser.close());

const CHANGES = 50;

/** A database that two servers may share; the chore that runs this has made it. */
function database(name: string): string {
  const url = process.env[name];
  if (!url) throw new Error(`${name} has to name a Postgres database: \`cargo xtask screens\` does`);
  return url;
}

/** Both run on this machine, so they read the same clock. */
async function seen(page: Page, words: string): Promise<number> {
  return page.evaluate(
    (words) =>
      new Promise<number>((resolve) => {
        const look = () => [...document.querySelectorAll("article")].some((row) => row.textContent?.includes(words));
        const watch = new MutationObserver(() => {
          if (!look()) return;
          watch.disconnect();
          requestAnimationFrame(() => resolve(Date.now()));
        });
        if (look()) resolve(Date.now());
        else watch.observe(document.body, { childList: true, subtree: true, characterData: true });
      }),
    words,
  );
}

/** Milliseconds from the click of one person to the row on the screen of another, each at one of the servers. */
async function onScreen(what: string, one: Server, other: Server): Promise<void> {
  const room = "on-screen";
  const [writer, reader] = [await Person.open(browser, one.url), await Person.open(browser, other.url)];
  await writer.makeRoom(room);
  const stream = reader.page.waitForResponse((answer) => answer.url().endsWith("/events"));
  await reader.enter(room);
  await stream;
  await type(writer.page, "the first is not counted");
  await content(reader.page, "the first is not counted").waitFor();
  const times: number[] = [];
  for (let at = 0; at < CHANGES; at += 1) {
    const words = `change ${at}.`;
    const shown = seen(reader.page, words);
    await writer.page.getByRole("textbox", { name: "Type or paste something…" }).fill(words);
    const clicked = await writer.page.evaluate(() => {
      const add = [...document.querySelectorAll("button")].find((button) => button.textContent?.trim() === "Add");
      if (!add) throw new Error("there is no Add");
      const now = Date.now();
      add.click();
      return now;
    });
    times.push((await shown) - clicked);
    await content(writer.page, words).first().waitFor();
  }
  times.sort((a, b) => a - b);
  console.log(`${what}: on screen after ${times[CHANGES / 2]} ms (median of ${CHANGES}), ${times.at(-1)} at most`);
  await writer.close();
  await reader.close();
}

/** Two servers over one database. */
async function both(options: Record<string, string>, work: (one: Server, other: Server) => Promise<void>): Promise<void> {
  const shared = { ELIZABETH_TOKEN_SECRET: "the secret that both processes share", ...options };
  const one = await Server.start(shared);
  const other = await Server.start(shared);
  await work(one, other);
  await other.stop();
  await one.stop();
}

it("one process", async () => {
  const server = await Server.start();
  await onScreen("one process", server, server);
  await server.stop();
});

it("two processes", async () => {
  await both({ ELIZABETH_DATABASE_URL: database("POSTGRES_ONE") }, (one, other) => onScreen("two processes", one, other));
});

it("two processes that do not tell each other", async () => {
  const options = { ELIZABETH_DATABASE_URL: database("POSTGRES_TWO"), ELIZABETH_POSTGRES_LISTEN_URL: "off" };
  await both(options, (one, other) => onScreen("two processes, LISTEN off", one, other));
});

it("a room in which nothing happens", async () => {
  const server = await Server.start();
  const person = await Person.open(browser, server.url);
  await person.makeRoom("idle");
  await fill(person, "idle", 2_000, (at) => `text ${at}.txt`, 8);
  await person.page.reload();
  await content(person.page, "text").first().waitFor();
  await person.page.waitForLoadState("networkidle").catch(() => undefined);
  const devtools = await person.context.newCDPSession(person.page);
  await devtools.send("Network.enable");
  const cost = { requests: 0, bytes: 0 };
  devtools.on("Network.requestWillBeSent", () => (cost.requests += 1));
  devtools.on("Network.dataReceived", ({ encodedDataLength, dataLength }) => (cost.bytes += encodedDataLength || dataLength));
  await new Promise((resolve) => setTimeout(resolve, 60_000));
  console.log(`a room of 2,000 contents, idle for a minute: ${cost.requests} requests, ${cost.bytes} bytes`);
  await person.close();
  await server.stop();
});
