import { mount } from "svelte";

import "./app.css";
import { encryptOwnerKeys } from "./api/owner-key";
import App from "./App.svelte";
import { base } from "./lib/base";
import { ownScript } from "./lib/trusted";

/** What this visit does not wait for. */
function later(run: () => void): void {
  if (document.readyState === "complete") run();
  else addEventListener("load", run, { once: true });
}

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // It is for the next visit. Without it the page works as well, only not without a network.
  later(() => void navigator.serviceWorker.register(ownScript("assets/sw.js"), { scope: base.pathname }).catch(() => undefined));
}
later(() => void encryptOwnerKeys());

const target = document.getElementById("app");
if (target) mount(App, { target });
