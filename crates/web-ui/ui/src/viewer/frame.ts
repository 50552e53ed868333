import type { Markup } from "./markup";
import { MATHML, MATHML_NAMESPACE } from "./mathml";

/** What looks the same here and there: colours come from the page, where they are chosen. */
const STYLE = `
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1.25rem 4rem; font: 1rem/1.65 var(--font); color: var(--ink);
  background: var(--surface); overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 0.5em; letter-spacing: -0.01em; }
h1 { font-size: 1.9rem; } h2 { font-size: 1.4rem; } h3 { font-size: 1.15rem; } h4, h5, h6 { font-size: 1rem; }
body > :first-child { margin-top: 0; }
p, ul, ol, pre, table, blockquote { margin: 0 0 1em; }
ul, ol { padding-left: 1.6em; } li { margin: 0.2em 0; } li:has(> input) { list-style: none; margin-left: -1.4em; }
a { color: var(--accent); } a:not([href]) { color: inherit; }
code, pre { font-family: var(--mono); font-size: 0.9em; }
code { padding: 0.12em 0.35em; border-radius: 5px; background: var(--sunken); }
pre { padding: 0.9rem 1rem; border-radius: 8px; background: var(--sunken); overflow-x: auto; line-height: 1.5; }
pre code { padding: 0; background: none; overflow-wrap: normal; }
blockquote { padding-left: 1em; border-left: 3px solid var(--line); color: var(--ink-soft); }
table { border-collapse: collapse; display: block; max-width: 100%; overflow-x: auto; overflow-wrap: normal; }
th, td { padding: 0.4rem 0.75rem; border: 1px solid var(--line); text-align: start; } th { background: var(--sunken); }
[align=center] { text-align: center; } [align=right] { text-align: end; } [align=left] { text-align: start; }
section:has(> h2:empty + ol) { margin-top: 3em; padding-top: 1em; border-top: 1px solid var(--line); font-size: 0.9em; }
h1:empty, h2:empty { display: none; }
math { font-size: 1.1em; } math[display=block] { margin: 0.5em 0; }
.cell { display: grid; grid-template-columns: 3.5rem minmax(0, 1fr); } .count { color: var(--ink-soft); font: 0.8em/2.6 var(--mono); }
.output { margin: 0 0 1em 3.5rem; overflow-x: auto; } .output > .said { padding: 0 1rem; background: none; }
.failed { border-left: 3px solid var(--danger); } .cell > pre { margin-bottom: 0.5em; }
:is(th, td, li) > p:last-child { margin-bottom: 0; }
img { max-width: 100%; } hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0; }
.image { color: var(--ink-soft); font-style: italic; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
const VARIABLES = ["--ink", "--ink-soft", "--surface", "--sunken", "--line", "--accent", "--danger", "--font", "--mono"];

/** Fills the empty document of a frame, in the colours of the page as it is now. */
export function fill(within: Document, markup: Markup[]): void {
  const root = getComputedStyle(document.documentElement);
  const variables = VARIABLES.map((name) => `${name}: ${root.getPropertyValue(name)};`).join(" ");
  const style = within.createElement("style");
  style.textContent = `:root { color-scheme: ${root.colorScheme}; ${variables} }${STYLE}`;
  within.head.querySelector("style")?.remove();
  within.head.append(style);
  within.body.replaceChildren(...nodes(within, markup));
}

function nodes(within: Document, markup: Markup[]): Node[] {
  return markup.map((one) => {
    if (typeof one === "string") return within.createTextNode(one);
    const made = MATHML.has(one.tag) ? within.createElementNS(MATHML_NAMESPACE, one.tag) : within.createElement(one.tag);
    for (const [name, value] of Object.entries(one.attributes)) made.setAttribute(name, value);
    made.append(...nodes(within, one.within));
    return made;
  });
}
