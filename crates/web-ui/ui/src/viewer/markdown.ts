import DOMPurify from "dompurify";
import { marked } from "marked";

/** What looks the same here and there: colours come from the page, where they are chosen. */
const STYLE = `
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1.25rem 4rem; font: 1rem/1.65 var(--font); color: var(--ink);
  background: var(--surface); overflow-wrap: anywhere; }
h1, h2, h3, h4, h5, h6 { line-height: 1.25; margin: 1.6em 0 0.5em; letter-spacing: -0.01em; }
h1 { font-size: 1.9rem; } h2 { font-size: 1.4rem; } h3 { font-size: 1.15rem; } h4, h5, h6 { font-size: 1rem; }
body > :first-child { margin-top: 0; }
p, ul, ol, pre, table, blockquote { margin: 0 0 1em; }
ul, ol { padding-left: 1.6em; } li { margin: 0.2em 0; } li:has(> input) { list-style: none; margin-left: -1.4em; }
a { color: var(--accent); }
code, pre { font-family: var(--mono); font-size: 0.9em; }
code { padding: 0.12em 0.35em; border-radius: 5px; background: var(--sunken); }
pre { padding: 0.9rem 1rem; border-radius: 8px; background: var(--sunken); overflow-x: auto; line-height: 1.5; }
pre code { padding: 0; background: none; overflow-wrap: normal; }
blockquote { padding-left: 1em; border-left: 3px solid var(--line); color: var(--ink-soft); }
table { border-collapse: collapse; display: block; max-width: 100%; overflow-x: auto; overflow-wrap: normal; }
th, td { padding: 0.4rem 0.75rem; border: 1px solid var(--line); text-align: start; } th { background: var(--sunken); }
img { max-width: 100%; } hr { border: 0; border-top: 1px solid var(--line); margin: 2em 0; }
.image { color: var(--ink-soft); font-style: italic; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
`;
const VARIABLES = ["--ink", "--ink-soft", "--surface", "--sunken", "--line", "--accent", "--font", "--mono"];

/** A Markdown text as a document of its own. It loads nothing and runs nothing: where it is shown allows no scripts,
 * and this leaves none in it. */
export function markdownPage(text: string): string {
  const dirty = marked.parse(text, { async: false, gfm: true });
  const clean = DOMPurify.sanitize(dirty, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "button", "select", "textarea", "audio", "video", "source", "track", "picture", "dialog"],
    FORBID_ATTR: ["style", "srcset", "background", "poster", "class", "id", "name", "target"],
    ALLOW_DATA_ATTR: false,
  });
  const page = new DOMParser().parseFromString(clean, "text/html");
  for (const image of page.querySelectorAll("img")) {
    if (/^data:image\//i.test(image.getAttribute("src") ?? "")) continue;
    const instead = page.createElement("span");
    instead.className = "image";
    instead.textContent = image.alt;
    image.replaceWith(instead);
  }
  // Addresses that are not whole would be taken for ours.
  for (const link of page.querySelectorAll("a[href]")) {
    if (/^(https?:\/\/|mailto:)/i.test(link.getAttribute("href") ?? "")) {
      link.setAttribute("target", "_blank");
      link.setAttribute("rel", "noopener noreferrer");
    } else link.removeAttribute("href");
  }
  for (const box of page.querySelectorAll("input")) {
    if (box.type === "checkbox") box.disabled = true;
    else box.remove();
  }
  const root = getComputedStyle(document.documentElement);
  const variables = VARIABLES.map((name) => `${name}: ${root.getPropertyValue(name)};`).join(" ");
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  const head = page.head;
  head.innerHTML = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">`;
  const style = page.createElement("style");
  style.textContent = `:root { color-scheme: ${root.colorScheme}; ${variables} }${STYLE}`;
  head.append(style);
  return `<!doctype html>${page.documentElement.outerHTML}`;
}
