import { defineConfig } from "vitest/config";

// One after the other: each file starts a server and a browser of its own, and machines may be small.
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // It takes pictures, and tests nothing that others do not.
    exclude: process.env["PICTURES"] ? [] : ["tests/pictures-widths.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    bail: 1,
  },
});
