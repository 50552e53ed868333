import { mount } from "svelte";

import "./app.css";
import App from "./App.svelte";
import { base } from "./lib/base";
import { ownScript } from "./lib/trusted";

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  const register = () =>
    // Without it the page works as well, only not without a network.
    navigator.serviceWorker.register(ownScript("assets/sw.js"), { scope: base.pathname }).catch(() => undefined);
  // It is for the next visit: what this one needs comes first.
  if (document.readyState === "complete") void register();
  else addEventListener("load", register, { once: true });
}

const target = document.getElementById("app");
if (target) mount(App, { target });
