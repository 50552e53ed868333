import { Marked, type MarkedExtension } from "marked";
import footnotes from "marked-footnote";

import { htmlMarkup, type Markup } from "./markup";

type Render = (tex: string, isBlock: boolean) => string;

/** What reads Markdown as it is meant, with what this text needs for that: what sets mathematics is loaded where there may
 * be any. */
export async function markdownWith(text: string): Promise<(text: string) => Markup[]> {
  const render = text.includes("$") || text.includes("math") ? await mathematics() : undefined;
  return (text) => markdownMarkup(text, render);
}

async function mathematics(): Promise<Render> {
  const { default: temml } = await import("temml");
  return (tex, isBlock) => temml.renderToString(tex, { displayMode: isBlock, throwOnError: false, trust: false });
}

/** A Markdown text as it is meant.
 *
 * @throws {RangeError} when it is more than is laid out.
 */
export function markdownMarkup(text: string, render?: Render): Markup[] {
  const marked = new Marked({ gfm: true }, footnotes({ description: "" }));
  if (render) marked.use(math(render));
  // Nothing leads back from a note.
  const html = marked.parse(text, { async: false }).replace(/ ?<a [^>]*data-footnote-backref[^>]*>.*?<\/a>/g, "");
  return htmlMarkup(html);
}

/** Mathematics between dollar signs and in blocks of that language, as on GitHub. */
function math(render: Render): MarkedExtension {
  return {
    extensions: [
      {
        name: "mathBlock",
        level: "block",
        start: (text) => /(^|\n) {0,3}\$\$/.exec(text)?.index,
        tokenizer(text) {
          const found = /^ {0,3}\$\$([^]+?)\$\$ *(?:\n|$)/.exec(text);
          return found ? { type: "mathBlock", raw: found[0], tex: found[1] } : undefined;
        },
        renderer: ({ tex }) => `<p align="center">${render(String(tex), true)}</p>`,
      },
      {
        name: "math",
        level: "inline",
        start: (text) => text.indexOf("$"),
        tokenizer(text) {
          // Prices are none: what stands between has no space at its ends, and no digit follows it.
          const found = /^\$\$([^$]+)\$\$/.exec(text) ?? /^\$((?! )(?:\\.|[^$\\\n])+?)(?<! )\$(?!\d)/.exec(text);
          return found ? { type: "math", raw: found[0], tex: found[1] } : undefined;
        },
        renderer: ({ raw, tex }) => render(String(tex), raw.startsWith("$$")),
      },
    ],
    renderer: {
      code({ text, lang }) {
        return lang === "math" && `<p align="center">${render(text, true)}</p>`;
      },
    },
  };
}
