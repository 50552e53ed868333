import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

/**
 * Has the scripts that a page begins with compiled whole while they come in, beside the main thread: nearly all of their
 * functions are called at once, and each would hold up the page to be compiled on its first call.
 * https://v8.dev/blog/explicit-compile-hints
 */
function compiledAhead(names: string[]): Plugin {
  return {
    name: "compiled-ahead",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      const marked = new Set<string>();
      const mark = (file: string) => {
        const chunk = bundle[file];
        if (chunk?.type !== "chunk" || marked.has(file)) return;
        marked.add(file);
        chunk.code = `//# allFunctionsCalledOnLoad\n${chunk.code}`;
        chunk.imports.forEach(mark);
      };
      for (const chunk of Object.values(bundle)) if (chunk.type === "chunk" && names.includes(chunk.name)) mark(chunk.fileName);
    },
  };
}

// Everything is served below `assets/`; what lies in `assets/h/` has its hash in its name and never changes.
// Addresses are relative to the page's <base>, which the server sets.
export default defineConfig({
  base: "./",
  plugins: [svelte({ compilerOptions: { discloseVersion: false } }), compiledAhead(["index", "Home", "Room"])],
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
        // What a room needs besides its page is small and comes together: each file costs its headers, too.
        codeSplitting: { groups: [{ name: "kinds", test: /\/src\/viewer\/(kind|language|decode)\.ts$/ }] },
        // The one licence that has to lie beside what it is of: without an ending it would be saved, not shown.
        assetFileNames: ({ names }) => (names[0] === "LICENSE" ? "assets/h/libheif-LICENSE-[hash].txt" : "assets/h/[name]-[hash][extname]"),
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
