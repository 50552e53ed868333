import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import { expect } from "vitest";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export function launch(more: string[] = []): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more] });
}

/** Whether browsers take an origin for secure: by https, or on this machine. */
const isTrusted = (origin: string) => /^https:|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|$)/.test(origin);

/** What was just closed leads the browser back by an entry of its history. Nobody is as quick as a test that goes elsewhere
 * before that, which the browser would give up for it. */
function atRest(page: Page): void {
  const rested = () =>
    page
      .waitForFunction(() => !(history.state as { over?: number } | null)?.over || document.querySelector("dialog[open]"), null, {
        timeout: 2_000,
      })
      // A page that is not ours has no such entries, and may not be asked.
      .catch(() => undefined);
  const [goto, reload] = [page.goto.bind(page), page.reload.bind(page)];
  page.goto = async (...given) => (await rested(), goto(...given));
  page.reload = async (...given) => (await rested(), reload(...given));
}

/** A person with a browser: whatever goes wrong in it is kept. */
export class Person {
  readonly wrong: string[] = [];
  /** Answers and messages that the browser reports as errors, and that belong to what a test does. */
  readonly expected = new Set<number | string>();

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly origin: string,
  ) {}

  static async open(browser: Browser, origin: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: "en-US",
      reducedMotion: "reduce",
      acceptDownloads: true,
      ...options,
    });
    const page = await context.newPage();
    atRest(page);
    const person = new Person(context, page, origin);
    // On plain HTTP from elsewhere no window is one's own: the browser ignores the header for it, and reports that.
    if (!isTrusted(origin)) person.expected.add("The Cross-Origin-Opener-Policy header has been ignored");
    context.on("page", (opened) => person.watch(opened));
    person.watch(page);
    return person;
  }

  private watch(page: Page): void {
    page.on("request", (request) => {
      const url = new URL(request.url());
      const inside = url.origin === this.origin || ["blob:", "data:", "about:"].includes(url.protocol);
      if (!inside) this.wrong.push(`a request left for ${url.href}`);
    });
    page.on("pageerror", (error) => this.wrong.push(`an error of the page: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      const status = /the server responded with a status of (\d+)/.exec(message.text())?.[1];
      if (status && this.expected.has(Number(status))) return;
      if ([...this.expected].some((words) => typeof words === "string" && message.text().startsWith(words))) return;
      this.wrong.push(`an error on the console: ${message.text()} (${message.location().url})`);
    });
  }

  /** Makes a room by visiting it, and enters it as its owner, with the key that this answers. */
  async makeRoom(name: string): Promise<string> {
    await this.page.goto(`${this.origin}/${encodeURIComponent(name)}`);
    await this.page.getByRole("button", { name: "Make this room" }).click();
    const key = await this.page.locator("dialog code").innerText();
    await this.page.getByRole("button", { name: "I have it" }).click();
    await this.page.getByRole("heading", { name, exact: true }).waitFor();
    return key;
  }

  async enter(name: string): Promise<void> {
    await this.page.goto(`${this.origin}/${encodeURIComponent(name)}`);
    await this.page.getByRole("heading", { name, exact: true }).waitFor();
  }

  /** Nothing went wrong so far. */
  check(): void {
    expect(this.wrong).toEqual([]);
  }

  async close(): Promise<void> {
    await this.context.close();
    this.check();
  }
}
