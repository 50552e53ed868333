import { defineConfig } from "vitest/config";

// What is printed here is looked at, and asserted nowhere: how fast a machine is, is nobody's fault.
export default defineConfig({
  test: {
    include: ["measure/**/*.measure.ts"],
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});
