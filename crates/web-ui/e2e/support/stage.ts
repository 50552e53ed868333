import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";

import { Person, launch } from "./browser";
import { Server } from "./server";

interface Stage {
  readonly server: Server;
  /** Under which address its people know the server. */
  readonly origin: string;
  readonly browser: Browser;
  /** Somebody with a browser of their own. They go when the test ends, and nothing may have gone wrong for them. */
  person(options?: BrowserContextOptions): Promise<Person>;
}

interface Options {
  /** A name to know the server by, instead of the address that it listens at. */
  host?: string;
  args?: string[];
}

/** A server and a browser for all tests of a file. */
export function stage({ host, args = [] }: Options = {}): Stage {
  let server: Server;
  let browser: Browser;
  let people: Person[] = [];

  beforeAll(async () => {
    server = await Server.start(host ? { ELIZABETH_ALLOWED_HOSTS: host } : {});
    const names = host ? [`--host-resolver-rules=MAP ${host} ${new URL(server.url).host}`] : [];
    browser = await launch([...args, ...names]);
  });

  afterAll(async () => {
    // One that did not start needs no end, and has reported why.
    await browser?.close();
    await server?.stop();
  });

  afterEach(async () => {
    const all = people;
    people = [];
    for (const person of all) await person.close();
  });

  const origin = () => (host ? `http://${host}` : server.url);

  return {
    get origin() {
      return origin();
    },
    get server() {
      return server;
    },
    get browser() {
      return browser;
    },
    async person(options = {}) {
      const opened = await Person.open(browser, origin(), options);
      people.push(opened);
      return opened;
    },
  };
}
