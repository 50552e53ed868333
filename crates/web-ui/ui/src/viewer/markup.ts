import { Parser } from "htmlparser2";

import { MATHML, MATHML_ATTRIBUTES } from "./mathml";

/** What a text becomes on the page: texts, and elements with attributes and what is in them. Only elements and
 * attributes stand in it that show something and do nothing. */
export type Markup = string | { tag: string; attributes: Record<string, string>; within: Markup[] };
type Element = Exclude<Markup, string>;

/** More elements are not laid out, and no deeper. */
const MOST_ELEMENTS = 20_000;
const DEEPEST = 100;

const SHOWN = new Set(
  `a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure
  font footer h1 h2 h3 h4 h5 h6 header hr i img input ins kbd li main mark ol p pre q rp rt ruby s samp section small span
  strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`.split(/\s+/),
);
/** These go with all that is in them; of others only what is in them stays. */
const GONE = new Set(
  "applet audio canvas embed frameset head annotation annotation-xml iframe noembed noframes noscript object script select style svg template textarea title video xmp".split(" "),
);
const EMPTY = new Set("br col hr img input wbr".split(" "));
/** Attributes, each with what it may say. */
const ATTRIBUTES: Record<string, RegExp> = {
  align: /^(left|right|center)$/i,
  alt: /^/,
  colspan: /^[1-9]\d?$/,
  dir: /^(ltr|rtl|auto)$/i,
  lang: /^[\w-]{1,35}$/,
  open: /^/,
  reversed: /^/,
  rowspan: /^[1-9]\d?$/,
  start: /^-?\d{1,9}$/,
  title: /^/,
};

/** Where an image within a document is loaded from; nothing where that is not known. */
export type Images = (src: string) => string | undefined;

/** The harmless part of an HTML text.
 *
 * @throws {RangeError} when it is more than is laid out.
 */
export function htmlMarkup(html: string, images: Images = part, most = MOST_ELEMENTS): Markup[] {
  const root: Element = { tag: "", attributes: {}, within: [] };
  /** The elements around, by the names that they have in the text. */
  const around: { name: string; element: Element }[] = [{ name: "", element: root }];
  let elements = 0;
  /** Within how many that are gone. */
  let gone = 0;
  const last = () => around[around.length - 1]?.element ?? root;
  const parser = new Parser({
    onopentag(name, attributes) {
      if (GONE.has(name)) gone += 1;
      if (gone > 0 || !(SHOWN.has(name) || MATHML.has(name))) return;
      const made = shown(name, attributes, images);
      if (made === undefined) return;
      elements += 1;
      if (elements > most) throw new RangeError("there are too many elements");
      last().within.push(made);
      // What lies deeper stands beside it.
      if (typeof made !== "string" && !EMPTY.has(made.tag) && around.length < DEEPEST) around.push({ name, element: made });
    },
    ontext(text) {
      if (gone > 0) return;
      const { within } = last();
      const before = within.length - 1;
      if (typeof within[before] === "string") within[before] += text;
      else within.push(text);
    },
    onclosetag(name) {
      if (GONE.has(name)) gone -= 1;
      else if (gone === 0 && around.length > 1 && around[around.length - 1]?.name === name) around.pop();
    },
  }, { recognizeSelfClosing: /^\s*<\?xml/.test(html) });
  parser.end(html);
  return root.within;
}

function shown(name: string, given: Record<string, string>, images: Images): Element | undefined {
  const attributes: Record<string, string> = {};
  for (const [attribute, rule] of Object.entries(MATHML.has(name) ? MATHML_ATTRIBUTES : ATTRIBUTES)) {
    const value = given[attribute];
    if (value !== undefined && rule.test(value)) attributes[attribute] = value;
  }
  const made: Element = { tag: name, attributes, within: [] };
  if (name === "a") link(attributes, given["href"] ?? "");
  if (name === "input") {
    // The boxes of a list of tasks.
    if (given["type"]?.toLowerCase() !== "checkbox") return undefined;
    made.attributes = { type: "checkbox", disabled: "" };
    if (given["checked"] !== undefined) made.attributes["checked"] = "";
  }
  if (name === "img") return image(given, images);
  return made;
}

/** Addresses that are not whole would be taken for ours. Those of places in the text itself would add to the history of the
 * page with each step, and lead the browser's Back through them. */
function link(attributes: Record<string, string>, href: string): void {
  if (!/^(https?:\/\/|mailto:)/i.test(href)) return;
  Object.assign(attributes, { href, target: "_blank", rel: "noopener noreferrer" });
}

/** Images that are part of the text are shown; others would be fetched from elsewhere: there stands what they are. */
function image({ src = "", alt = "" }: Record<string, string>, images: Images): Element {
  const found = images(src);
  if (found !== undefined) return { tag: "img", attributes: { src: found, alt }, within: [] };
  return { tag: "span", attributes: { class: "image" }, within: [alt] };
}

function part(src: string): string | undefined {
  return /^data:image\//i.test(src) ? src : undefined;
}
