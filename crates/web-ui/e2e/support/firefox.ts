import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { expect } from "vitest";

/** Firefox as distributions ship it, which speaks WebDriver BiDi. */
export class Firefox {
  /** Whatever went wrong in a page. */
  private readonly wrong: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly origin: string,
    /** Where what is downloaded goes. */
    readonly downloads: string,
  ) {}

  static async start(origin: string): Promise<Firefox> {
    const downloads = await mkdtemp(join(tmpdir(), "elizabeth-firefox-"));
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: process.env["FIREFOX"] ?? "/usr/bin/firefox-esr",
      extraPrefsFirefox: {
        "browser.download.folderList": 2,
        "browser.download.dir": downloads,
        "browser.download.useDownloadDir": true,
        "browser.download.always_ask_before_handling_new_types": false,
        "intl.accept_languages": "en-US",
      },
    });
    return new Firefox(browser, origin, downloads);
  }

  /** Somebody who shares nothing with the others. */
  async person(): Promise<Page> {
    const context = await this.browser.createBrowserContext();
    // A window each: of several tabs in one, all but one draw nothing, and nobody can click on them.
    const page = await context.newPage({ type: "window" });
    page.on("request", (request) => {
      const url = new URL(request.url());
      const inside = url.origin === this.origin || ["blob:", "data:", "about:"].includes(url.protocol);
      if (!inside) this.wrong.push(`a request left for ${url.href}`);
    });
    page.on("pageerror", (error) => this.wrong.push(`an error of the page: ${String(error)}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.wrong.push(`an error on the console: ${message.text()}`);
    });
    return page;
  }

  /** Ends it; nothing may have gone wrong. */
  async stop(): Promise<void> {
    await this.browser.close();
    await rm(this.downloads, { recursive: true, force: true });
    expect(this.wrong).toEqual([]);
  }
}
