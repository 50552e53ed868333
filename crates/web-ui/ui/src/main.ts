import { mount } from "svelte";

import "./app.css";
import App from "./App.svelte";
import { base } from "./lib/base";
import { ownScript } from "./lib/trusted";

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // Without it the page works as well, only not without a network.
  navigator.serviceWorker.register(ownScript("assets/sw.js"), { scope: base.pathname }).catch(() => undefined);
}

const target = document.getElementById("app");
if (target) mount(App, { target });
