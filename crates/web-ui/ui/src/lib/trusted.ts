import { address, base } from "./base";

/** Where the page's own files lie: what is below runs, nothing else does. */
const OURS = address("assets/");
/** It loads nothing and runs nothing. Colours, and images that are part of a text, are all that can be put into it. */
const EMPTY =
  "<!doctype html><meta charset=utf-8><meta http-equiv=Content-Security-Policy " +
  "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">";

interface Rules {
  createScriptURL(url: string): string;
  createHTML(text: string): string;
}

const rules: Rules = {
  createScriptURL(url) {
    const whole = new URL(url, base).href;
    if (import.meta.env.PROD && !whole.startsWith(OURS)) throw new TypeError(`${whole} is no script of this page`);
    return whole;
  },
  createHTML: () => EMPTY,
};

/** The page's one policy for what becomes a script or a document (Trusted Types); its headers allow no other one of
 * ours. It knows scripts by where they lie, and one document. */
const { trustedTypes } = window as { trustedTypes?: { createPolicy(name: string, rules: Rules): Rules } };
const policy = trustedTypes?.createPolicy("elizabeth", rules) ?? rules;

/** The address of a script of ours, as workers take it.
 *
 * @throws {TypeError} when it lies elsewhere.
 */
export function ownScript(url: string): string {
  return policy.createScriptURL(url);
}

/** A document for a frame, to be filled with elements. */
export const emptyDocument = policy.createHTML("");
