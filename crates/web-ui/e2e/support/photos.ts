import type { Browser } from "playwright-core";

import type { TestFile } from "./page";

/** A landscape: colours of the sky from above to the horizon, of the hills from far to near, and where the sun is. */
interface Landscape {
  name: string;
  sky: string[];
  hills: string[];
  sun: { x: number; y: number; radius: number; colour: string };
  seed: number;
}

export const LANDSCAPES: Record<"morning" | "noon" | "evening", Landscape> = {
  morning: {
    name: "lake-morning.jpg",
    sky: ["#7fb4d9", "#cfe0e6", "#fbe6c8"],
    hills: ["#a9bfca", "#7d9fae", "#547c86", "#2f5a5c"],
    sun: { x: 0.28, y: 0.36, radius: 0.05, colour: "#fff6dd" },
    seed: 3,
  },
  noon: {
    name: "hills.jpg",
    sky: ["#3f8fd0", "#8cc4ea", "#dff0f7"],
    hills: ["#9cc3b8", "#74a97c", "#4c8a52", "#2f6a3b"],
    sun: { x: 0.78, y: 0.16, radius: 0.035, colour: "#fffdf2" },
    seed: 11,
  },
  evening: {
    name: "lake-evening.jpg",
    sky: ["#2c2f5b", "#8d4f7e", "#f08a5d", "#f9c784"],
    hills: ["#7a4a6d", "#57385d", "#3a2a4a", "#211c33"],
    sun: { x: 0.66, y: 0.44, radius: 0.06, colour: "#ffe3a8" },
    seed: 3,
  },
};

/** Draws landscapes, as photos of them would be. */
export async function photos(browser: Browser, landscapes: Landscape[]): Promise<TestFile[]> {
  const page = await browser.newPage();
  const drawn = await page.evaluate(async (all) => {
    const [width, height] = [1600, 1000];
    const urls: string[] = [];
    for (const { sky, hills, sun, seed } of all) {
      const canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext("2d")!;
      const horizon = height * 0.68;

      const air = pen.createLinearGradient(0, 0, 0, horizon);
      sky.forEach((colour, at) => air.addColorStop(at / (sky.length - 1), colour));
      pen.fillStyle = air;
      pen.fillRect(0, 0, width, horizon);

      const [x, y, radius] = [sun.x * width, sun.y * height, sun.radius * width];
      const glow = pen.createRadialGradient(x, y, radius * 0.6, x, y, radius * 5);
      glow.addColorStop(0, sun.colour);
      glow.addColorStop(1, `${sun.colour}00`);
      pen.globalAlpha = 0.6;
      pen.fillStyle = glow;
      pen.fillRect(0, 0, width, horizon);
      pen.globalAlpha = 1;
      pen.fillStyle = sun.colour;
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();

      hills.forEach((colour, layer) => {
        const base = horizon - height * (0.2 - 0.055 * layer);
        const rough = height * (0.09 - 0.016 * layer);
        pen.fillStyle = colour;
        pen.beginPath();
        pen.moveTo(0, horizon);
        for (let at = 0; at <= width; at += 4) {
          const far = at / width;
          const phase = seed * 1.7 + layer * 2.3;
          const rise = Math.sin(far * 5.1 + phase) + 0.5 * Math.sin(far * 11.7 + phase * 2) + 0.12 * Math.sin(far * 47 + phase * 3);
          pen.lineTo(at, base - rough * rise);
        }
        pen.lineTo(width, horizon);
        pen.fill();
      });

      // The lake shows all that upside down, darker and broken by waves.
      pen.save();
      pen.translate(0, 2 * horizon);
      pen.scale(1, -1);
      pen.drawImage(canvas, 0, 2 * horizon - height, width, height - horizon, 0, 2 * horizon - height, width, height - horizon);
      pen.restore();
      const water = pen.createLinearGradient(0, horizon, 0, height);
      water.addColorStop(0, "rgb(10 25 45 / 12%)");
      water.addColorStop(1, "rgb(10 25 45 / 55%)");
      pen.fillStyle = water;
      pen.fillRect(0, horizon, width, height - horizon);
      for (let wave = 0; wave < 90; wave += 1) {
        const near = wave / 90;
        const at = ((wave * 7919 * seed) % 1000) / 1000;
        pen.fillStyle = `rgb(255 255 255 / ${3 + 6 * near}%)`;
        pen.fillRect(at * width - 120, horizon + (height - horizon) * near * near, 80 + 260 * near, 1 + 3 * near);
      }

      const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      urls.push(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")));
    }
    return urls;
  }, landscapes);
  await page.close();
  return drawn.map((bytes, at) => ({
    name: landscapes[at]?.name ?? "",
    mimeType: "image/jpeg",
    buffer: Buffer.from(bytes, "base64"),
  }));
}
