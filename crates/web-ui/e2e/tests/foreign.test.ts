import type { BrowserContext, Page } from "playwright-core";
import { expect, it } from "vitest";

import { FILES, OPENED, WAYS, attack, attacker, careless, type FileName, type Way } from "../support/attacks";
import { button, content, pick } from "../support/page";
import { stage } from "../support/stage";

const here = stage();

/** A room with all the files in it, and how each can be fetched: as the room's folder, and by the interface. */
async function armed(name: string): Promise<Record<FileName, string[]>> {
  const owner = await here.person();
  await owner.makeRoom(name);
  await pick(owner.page, Object.values(FILES));
  const addresses = await owner.page.evaluate(async (room) => {
    const known = JSON.parse(localStorage.getItem("elizabeth:rooms") ?? "{}") as Record<string, { token: string }>;
    const token = known[room]?.token ?? "";
    const path = `/api/v1/rooms/${room}/contents`;
    const listed = await (await fetch(path, { headers: { authorization: `Bearer ${token}` } })).json();
    return (listed as { id: number; file_name: string }[]).map(({ id, file_name }) => ({
      file_name,
      urls: [`/${room}/${file_name}`, `${path}/${id}?token=${token}`, `${path}/${id}/download?token=${token}`],
    }));
  }, name);
  const of = (file: string) =>
    addresses.find(({ file_name }) => file_name === file)?.urls.map((url) => here.origin + url) ?? [];
  return Object.fromEntries(Object.entries(FILES).map(([key, file]) => [key, of(file.name)])) as Record<FileName, string[]>;
}

/** Which ways led to something that ran. */
async function attacked(page: Page, urls: (file: FileName) => string[]): Promise<string[]> {
  const ran: string[] = [];
  for (const [way, files] of Object.entries(WAYS) as [Way, readonly FileName[]][]) {
    for (const url of files.flatMap(urls)) if (await attack(page, way, url)) ran.push(`${way}: ${new URL(url).pathname}`);
  }
  return ran;
}

/** Which files run when their address is opened. */
async function opened(context: BrowserContext, listening: Page, urls: (file: FileName) => string[]): Promise<string[]> {
  await listening.evaluate(() => {
    new BroadcastChannel("ran").onmessage = () => (document.title = "run");
  });
  const ran: string[] = [];
  for (const url of OPENED.flatMap(urls)) {
    const tab = await context.newPage();
    // What is saved is no page.
    await tab.goto(url, { waitUntil: "load" }).catch(() => undefined);
    if ((await listening.title()) === "run") ran.push(new URL(url).pathname);
    await listening.evaluate(() => (document.title = ""));
    await tab.close();
  }
  return ran;
}

it("runs nothing that was uploaded, whatever a script in the page tries", async () => {
  const urls = await armed("armed");
  const context = await here.browser.newContext();
  const page = await attacker(context, `${here.origin}/`);
  expect(await attacked(page, (file) => urls[file])).toEqual([]);
  expect(await opened(context, page, (file) => urls[file])).toEqual([]);
  await context.close();
});

it("runs nothing of it in a page that has no policy either", async () => {
  const urls = await armed("disarmed");
  const context = await here.browser.newContext({ bypassCSP: true });
  const page = await attacker(context, `${here.origin}/`);
  expect(await attacked(page, (file) => urls[file])).toEqual([]);
  expect(await opened(context, page, (file) => urls[file])).toEqual([]);
  const workers = await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).map((one) => one.active?.scriptURL));
  expect(workers.filter((url) => !url?.endsWith("/assets/sw.js"))).toEqual([]);
  await context.close();
});

it("would see it where it ran", async () => {
  const { server, url } = await careless();
  const context = await here.browser.newContext();
  const page = await attacker(context, url);
  const safe: FileName[] = ["image", "plain"];
  for (const [way, files] of Object.entries(WAYS) as [Way, readonly FileName[]][]) {
    for (const file of files) {
      // Browsers guess what an image is.
      if (safe.includes(file)) continue;
      expect(await attack(page, way, `${url}/${FILES[file].name}`), `${way}: ${file}`).toBe(true);
      await page.goto(url);
    }
  }
  const ran = await opened(context, page, (file) => [`${url}/${FILES[file].name}`]);
  expect(ran).toEqual(["/attack.html", "/attack.xhtml", "/attack.svg"]);
  await context.close();
  server.close();
});

it("takes no text for markup or a script", async () => {
  const context = await here.browser.newContext();
  const page = await context.newPage();
  await page.goto(`${here.origin}/`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const refused = await page.evaluate(() => {
    const fails = (run: () => unknown) => {
      try {
        run();
        return false;
      } catch (error) {
        return error instanceof TypeError;
      }
    };
    const factory = (window as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes;
    return {
      innerHTML: fails(() => (document.createElement("p").innerHTML = "<img src=x onerror=alert(1)>")),
      srcdoc: fails(() => (document.createElement("iframe").srcdoc = "<script>alert(1)</script>")),
      write: fails(() => document.write("<p>")),
      worker: fails(() => new Worker("/assets/h/x.js")),
      policy: fails(() => factory.createPolicy("another", {})),
      again: fails(() => factory.createPolicy("elizabeth", {})),
    };
  });
  expect(Object.values(refused)).toEqual(Object.values(refused).map(() => true));
  await context.close();
});

const file = (name: string, mimeType: string, said: string) => ({ name, mimeType, buffer: Buffer.from(said) });
const many = (times: number, said: (at: number) => string) => Array.from({ length: times }, (_, at) => said(at)).join("");

/** What takes those who lay it out longer than anybody waits, or makes more of it than a page can hold; and what only
 * looks like it. */
const HEAVY = [
  { name: "stars.md", tooMuch: true, text: "*a_".repeat(40_000) },
  { name: "elements.md", tooMuch: true, text: "a<br>".repeat(200_000) },
  { name: "quotes.md", tooMuch: true, text: ">".repeat(120_000) },
  { name: "brackets.md", tooMuch: false, text: "[".repeat(120_000) },
  // Browsers would open each of these again in each paragraph.
  { name: "fonts.md", tooMuch: false, text: many(2_000, (at) => `<font color=${at}>`) + "<p>x</p>".repeat(4_000) },
];

/** Measures from now on how long the page keeps somebody waiting: the longest time, in milliseconds, when it is asked. */
async function waits(page: Page): Promise<() => Promise<number>> {
  const longest = await page.evaluateHandle(() => {
    const state = { longest: 0 };
    let before = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const now = performance.now();
      state.longest = Math.max(state.longest, now - before);
      before = now;
      setTimeout(() => channel.port2.postMessage(0), 10);
    };
    channel.port2.postMessage(0);
    return state;
  });
  return () => longest.evaluate((state) => Math.round(state.longest));
}

it("answers while it reads what is too much, and shows its text", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("heavy");
  for (const { name, text } of HEAVY) await pick(page, [file(name, "text/markdown", text)]);
  for (const { name, tooMuch } of HEAVY) {
    const longest = await waits(page);
    await content(page, name).locator("button.open").click();
    const viewer = page.getByRole("dialog", { name });
    // While the text is being read.
    await button(viewer, "Source").click();
    await button(viewer, "Preview").click();
    const asText = viewer.locator(".cm-line").first();
    const laidOut = viewer.locator("iframe").contentFrame().locator("body > *").first();
    if (tooMuch) await viewer.getByText("It is too much to be laid out here").waitFor();
    await (tooMuch ? asText : laidOut).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await longest(), name).toBeLessThan(1_000);
  }
});

it("answers while it reads what a program wrote on one line", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("one-line");
  const things = Array.from({ length: 70_000 }, (_, id) => ({ id, name: `thing ${id}`, tags: ["a", "b"], more: { deep: null } }));
  await pick(page, [file("data.json", "application/json", JSON.stringify(things))]);
  const longest = await waits(page);
  await content(page, "data.json").locator("button.open").click();
  const viewer = page.getByRole("dialog", { name: "data.json" });
  await viewer.getByText("[ 70000 ]").waitFor();
  await button(viewer, "Open all").click();
  await viewer.getByText('"thing 0"').waitFor();
  await button(viewer, "Source").click();
  await viewer.locator(".cm-line").getByText('"thing 0"').waitFor();
  expect(await longest()).toBeLessThan(1_000);
});

it("shows a part of a table that is too wide", async () => {
  const owner = await here.person();
  const { page } = owner;
  await owner.makeRoom("wide");
  await pick(page, [file("wide.csv", "text/csv", `${many(300_000, (at) => `c${at % 10},`)}end\n${"1,".repeat(300_000)}2\n`)]);
  await content(page, "wide.csv").locator("button.open").click();
  const viewer = page.getByRole("dialog", { name: "wide.csv" });
  await viewer.getByText("200 of 300,001 columns").waitFor();
  expect(await viewer.getByRole("columnheader").count()).toBe(200);
});
