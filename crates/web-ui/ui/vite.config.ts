import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// Everything is served below `assets/`; what lies in `assets/h/` has its hash in its name and never changes.
// Addresses are relative to the page's <base>, which the server sets.
export default defineConfig({
  base: "./",
  plugins: [svelte()],
  build: {
    outDir: process.env["ELIZABETH_WEB_UI_OUT"] ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: { index: "index.html", sw: "src/sw.ts" },
      output: {
        // The service worker is found by its name.
        entryFileNames: ({ name }) => (name === "sw" ? "assets/sw.js" : "assets/h/[name]-[hash].js"),
        chunkFileNames: "assets/h/[name]-[hash].js",
        assetFileNames: "assets/h/[name]-[hash][extname]",
      },
    },
  },
  worker: {
    format: "es",
    rollupOptions: {
      output: {
        entryFileNames: "assets/h/[name]-[hash].js",
        chunkFileNames: "assets/h/[name]-[hash].js",
      },
    },
  },
  server: { proxy: { "/api": process.env["ELIZABETH_SERVER"] ?? "http://127.0.0.1:4092" } },
});
