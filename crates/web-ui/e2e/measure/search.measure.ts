import { it } from "vitest";

import { launch, Person } from "../support/browser";
import { fill } from "../support/fill";
import { content } from "../support/page";
import { Server } from "../support/server";

const SLOWED = 4;
const WORDS = "text 1999";

/** From each key to the next frame that shows what it found. */
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
  const times: number[] = [];
  await page.getByRole("searchbox").focus();
  await page.evaluate(() => {
    const taken: number[] = [];
    Object.assign(window, { taken });
    document.addEventListener(
      "input",
      (event) => {
        const key = event.timeStamp;
        requestAnimationFrame(() => {
          // A message comes behind the frame: layout and paint are over.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => taken.push(performance.now() - key);
          port2.postMessage(null);
        });
      },
      true,
    );
  });
  for (let turn = 0; turn < 3; turn += 1) {
    for (const key of WORDS) {
      await page.keyboard.press(key === " " ? "Space" : key);
      await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    }
    await page.getByRole("searchbox").fill("");
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
  }
  times.push(...(await page.evaluate(() => (window as unknown as { taken: number[] }).taken)));
  times.sort((a, b) => a - b);
  const at = (part: number) => Math.round(times[Math.floor((times.length - 1) * part)] ?? 0);
  console.log(
    `a key in the search among 2,000, the processor slowed ${SLOWED} times: ${at(0.5)} ms (median of ${times.length}), ` +
      `${at(0.9)} for nine of ten, ${at(1)} at most`,
  );
  await person.close();
  await browser.close();
  await server.stop();
});
