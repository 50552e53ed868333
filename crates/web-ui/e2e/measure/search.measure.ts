import { it } from "vitest";

import { launch, Person } from "../support/browser";
import { fill } from "../support/fill";
import { content } from "../support/page";
import { Server } from "../support/server";

const SLOWED = 4;
const WORDS = "text 1999";

/** From each key to the frame that shows it, and to the one that shows what is found. */
it("a key in the search among 2,000 contents", async () => {
  const server = await Server.start();
  const browser = await launch();
  const person = await Person.open(browser, server.url);
  const { page } = person;
  await person.makeRoom("searched");
  await fill(person, "searched", 2_000, (at) => `text ${at}.txt`, 8);
  await page.reload();
  await content(page, "text").first().waitFor();
  const devtools = await person.context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  await page.getByRole("searchbox").focus();
  await page.evaluate(() => {
    let watched: MutationObserver | undefined;
    const taken: { shown: number[]; found: number[] } = { shown: [], found: [] };
    Object.assign(window, { taken });
    /** Behind the next frame: layout and paint are over. */
    const painted = (work: () => void) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = work;
        port2.postMessage(null);
      });
    document.addEventListener(
      "input",
      ({ timeStamp }) => {
        painted(() => taken.shown.push(performance.now() - timeStamp));
        // A key by which as much is found as before changes nothing.
        watched?.disconnect();
        const list = document.querySelector("[role=list]")?.parentElement ?? document.body;
        const watch = new MutationObserver(() => {
          watch.disconnect();
          painted(() => taken.found.push(performance.now() - timeStamp));
        });
        watched = watch;
        watch.observe(list, { childList: true, subtree: true });
      },
      true,
    );
  });
  const rested = () => page.evaluate(() => new Promise((resolve) => setTimeout(() => requestIdleCallback(resolve), 50)));
  for (let turn = 0; turn < 3; turn += 1) {
    for (const key of WORDS) {
      await page.keyboard.press(key === " " ? "Space" : key);
      await rested();
    }
    await page.getByRole("searchbox").fill("");
    await rested();
  }
  const taken = await page.evaluate(() => (window as unknown as { taken: Record<"shown" | "found", number[]> }).taken);
  for (const [what, times] of Object.entries(taken)) {
    times.sort((a, b) => a - b);
    const at = (part: number) => Math.round(times[Math.floor((times.length - 1) * part)] ?? 0);
    console.log(
      `a key in the search among 2,000, the processor slowed ${SLOWED} times: ${what} after ${at(0.5)} ms ` +
        `(median of ${times.length}), ${at(0.9)} for nine of ten, ${at(1)} at most`,
    );
  }
  await person.close();
  await browser.close();
  await server.stop();
});
