import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";

import { Person, launch } from "./browser";
import { Server } from "./server";

interface Stage {
  readonly server: Server;
  readonly browser: Browser;
  /** Somebody with a browser of their own. They go when the test ends, and nothing may have gone wrong for them. */
  person(options?: BrowserContextOptions): Promise<Person>;
}

/** A server and a browser for all tests of a file. */
export function stage(options: { listen?: string; args?: string[] } = {}): Stage {
  let server: Server;
  let browser: Browser;
  let people: Person[] = [];

  beforeAll(async () => {
    server = await Server.start({}, undefined, options.listen);
    browser = await launch(options.args);
  });

  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  afterEach(async () => {
    const all = people;
    people = [];
    for (const person of all) await person.close();
  });

  return {
    get server() {
      return server;
    },
    get browser() {
      return browser;
    },
    async person(options = {}) {
      const opened = await Person.open(browser, server.url, options);
      people.push(opened);
      return opened;
    },
  };
}
