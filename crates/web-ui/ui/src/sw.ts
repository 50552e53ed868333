// The page without a network, and what other programs share with it. It is served from below `assets/` and looks after
// the whole site; it keeps nothing that people put into rooms.

const worker = self as unknown as ServiceWorkerGlobalScope;

const SHELL = "shell";
const FILES = "files";
const SHARED = "shared";
const root = worker.registration.scope;

/** The page, and what it loads first. */
async function keepShell(): Promise<void> {
  const page = await fetch(root, { headers: { Accept: "text/html" }, cache: "no-cache" });
  if (!page.ok) return;
  const html = await page.clone().text();
  await (await caches.open(SHELL)).put(root, page);
  const first = [...html.matchAll(/(?:src|href)="(?:\.\/)?(assets\/[^"]+)"/g)].map((match) => match[1] as string);
  await (await caches.open(FILES)).addAll(first.map((path) => new URL(path, root).href));
}

worker.addEventListener("install", (event) => event.waitUntil(keepShell().then(() => worker.skipWaiting())));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (!url.href.startsWith(root)) return;
  const path = url.href.slice(root.length).replace(/[?#].*$/, "");
  if (request.method === "POST" && path === "assets/share-target") event.respondWith(takeShared(request));
  else if (request.method !== "GET") return;
  else if (path.startsWith("assets/h/")) event.respondWith(fromFiles(request));
  else if (request.mode === "navigate" && !/^(api|s|assets)\//.test(path) && !path.slice(0, -1).includes("/")) {
    event.respondWith(page(request));
  }
});

/** Files with their hash in their names never change. */
async function fromFiles(request: Request): Promise<Response> {
  const files = await caches.open(FILES);
  const known = await files.match(request);
  if (known) return known;
  const fresh = await fetch(request);
  if (fresh.ok) await files.put(request, fresh.clone());
  return fresh;
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const shell = await (await caches.open(SHELL)).match(root);
    if (shell) return shell;
    throw error;
  }
}

/** What another program shares waits here until a room is chosen for it. */
async function takeShared(request: Request): Promise<Response> {
  const form = await request.formData();
  const shared = await caches.open(SHARED);
  const text = ["title", "text", "url"].map((name) => form.get(name)).filter((value) => typeof value === "string" && value !== "");
  if (text.length > 0) await shared.put(`${root}shared/text`, new Response(text.join("\n")));
  for (const [index, file] of form.getAll("files").entries()) {
    if (!(file instanceof File)) continue;
    const headers = { "x-name": encodeURIComponent(file.name), "content-type": file.type };
    await shared.put(`${root}shared/${index}`, new Response(file, { headers }));
  }
  return Response.redirect(root, 303);
}

export {};
