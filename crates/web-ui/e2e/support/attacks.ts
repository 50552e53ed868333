import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { BrowserContext, Page } from "playwright-core";

import type { TestFile } from "./page";

/** What somebody uploads to have it run. Where it does, it says so to every page of its origin. */
const SCRIPT = `new BroadcastChannel("ran").postMessage("ran");`;
const text = (name: string, mimeType: string, said: string): TestFile => ({ name, mimeType, buffer: Buffer.from(said) });

export const FILES = {
  script: text("attack.js", "text/javascript", SCRIPT),
  module: text("attack.mjs", "application/javascript", `${SCRIPT} export {};`),
  style: text("attack.css", "text/css", ":root { --ran: ran }"),
  html: text("attack.html", "text/html", `<!doctype html><title>attack</title><script>${SCRIPT}</script>`),
  xhtml: text(
    "attack.xhtml",
    "application/xhtml+xml",
    `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>attack</title><script>${SCRIPT}</script></head><body/></html>`,
  ),
  svg: text("attack.svg", "image/svg+xml", `<svg xmlns="http://www.w3.org/2000/svg"><script>${SCRIPT}</script></svg>`),
  // A script that passes for something else.
  image: text("attack.png", "image/png", SCRIPT),
  plain: text("attack.txt", "text/plain", SCRIPT),
} satisfies Record<string, TestFile>;
export type FileName = keyof typeof FILES;

/** Ways to have a file run that a script, or markup that got into a page, would try; each with the files it is tried on. */
export const WAYS = {
  "a script element": ["script", "image", "plain"],
  "a module element": ["module", "plain"],
  "an import": ["module", "script"],
  "a worker": ["script", "plain"],
  "a module worker": ["module"],
  "a shared worker": ["script"],
  "a service worker": ["script"],
  "importScripts in a worker": ["script", "plain"],
  "a style sheet": ["style"],
  "an import of a style": ["style"],
  "a frame": ["html", "xhtml", "svg"],
  "an object": ["html", "svg"],
  "an embed": ["html", "svg"],
} as const satisfies Record<string, readonly FileName[]>;
export type Way = keyof typeof WAYS;

/** Opening the address itself. */
export const OPENED: readonly FileName[] = ["html", "xhtml", "svg", "script"];

/** A page of a context from which ways are tried. */
export async function attacker(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  // As a text: the tests' own loader would take it for one of its imports.
  await page.addInitScript({ content: "window.imports = (url) => import(url);" });
  await page.goto(url);
  return page;
}

/** Tries a way on a page: whether the file ran, or styled the page. */
export function attack(page: Page, way: Way, url: string): Promise<boolean> {
  return page.evaluate(
    async ([way, url]) => {
      /** Nothing reports that something will never run: so long is it waited for once it was refused, in milliseconds. */
      const GRACE = 150;
      const channel = new BroadcastChannel("ran");
      const ran = new Promise<boolean>((resolve) => (channel.onmessage = () => resolve(true)));
      const ends = (target: EventTarget) =>
        new Promise((resolve) => {
          for (const type of ["load", "error"]) target.addEventListener(type, resolve);
        });
      const put = (tag: string, attributes: Record<string, string>) => {
        const made = document.createElement(tag);
        const ended = ends(made);
        for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
        document.head.append(made);
        return ended;
      };
      const styled = () => getComputedStyle(document.documentElement).getPropertyValue("--ran").includes("ran");
      const tries: Record<string, () => Promise<unknown>> = {
        "a script element": () => put("script", { src: url }),
        "a module element": () => put("script", { type: "module", src: url }),
        "an import": () => (window as unknown as { imports(url: string): Promise<unknown> }).imports(url),
        "a worker": () => ends(new Worker(url)),
        "a module worker": () => ends(new Worker(url, { type: "module" })),
        "a shared worker": () => ends(new SharedWorker(url)),
        "a service worker": () => navigator.serviceWorker.register(url),
        "importScripts in a worker": () => {
          const script = `importScripts(${JSON.stringify(url)})`;
          return ends(new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" }))));
        },
        "a style sheet": () => put("link", { rel: "stylesheet", href: url }),
        "an import of a style": () => {
          const style = document.createElement("style");
          const ended = ends(style);
          style.textContent = `@import url(${JSON.stringify(url)})`;
          document.head.append(style);
          return ended;
        },
        "a frame": () => {
          const frame = document.createElement("iframe");
          const ended = ends(frame);
          frame.src = url;
          document.body.append(frame);
          return ended;
        },
        "an object": () => {
          const made = document.createElement("object");
          const ended = ends(made);
          made.setAttribute("data", url);
          document.body.append(made);
          return ended;
        },
        "an embed": () => {
          const made = document.createElement("embed");
          const ended = ends(made);
          made.setAttribute("src", url);
          document.body.append(made);
          return ended;
        },
      };
      const pause = () => new Promise<boolean>((resolve) => setTimeout(() => resolve(false), GRACE));
      // Some are never reported as over.
      const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 20 * GRACE));
      let trying: Promise<unknown>;
      try {
        trying = tries[way]?.() ?? Promise.resolve();
      } catch {
        // Refused at once.
        trying = Promise.resolve();
      }
      const over = trying.catch(() => undefined).then(pause);
      const result = (await Promise.race([ran, over, late])) || styled();
      channel.close();
      document.querySelectorAll("iframe, object, embed").forEach((element) => element.remove());
      return result;
    },
    [way, url] as const,
  );
}

/** A server that hands out the same files as what they are, with nothing that guards anybody: there they do run. */
export async function careless(): Promise<{ server: Server; url: string }> {
  const files = new Map(Object.values(FILES).map((file) => [`/${file.name}`, file]));
  const server = createServer((request, answer) => {
    const file = files.get(request.url ?? "");
    answer.setHeader("content-type", file?.mimeType ?? "text/html");
    answer.end(file?.buffer ?? "<!doctype html><title>careless</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
