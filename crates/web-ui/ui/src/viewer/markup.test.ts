import { expect, test } from "vitest";

import { markdownMarkup, markdownWith } from "./markdown";
import { htmlMarkup, type Markup } from "./markup";

/** The same, written as HTML is: to be read in a test only. */
function written(markup: Markup[]): string {
  return markup
    .map((one) => {
      if (typeof one === "string") return one.replaceAll("<", "&lt;");
      const attributes = Object.entries(one.attributes).map(([name, value]) => ` ${name}="${value}"`);
      return `<${one.tag}${attributes.join("")}>${written(one.within)}</${one.tag}>`;
    })
    .join("");
}
const markdown = (text: string) => written(markdownMarkup(text)).trim();
const html = (text: string) => written(htmlMarkup(text));

test("Markdown is shown as it is meant", () => {
  expect(markdown("# A *heading*")).toBe("<h1>A <em>heading</em></h1>");
  expect(markdown("a<br>b &amp; `c<d`")).toBe("<p>a<br></br>b & <code>c&lt;d</code></p>");
  expect(markdown("- [x] done")).toContain('<input type="checkbox" disabled="" checked=""></input>');
  expect(markdown("| a |\n| :-: |\n| 1 |")).toContain('<td align="center">1</td>');
  expect(markdown("[there](https://a.example/?b=1&c)")).toBe(
    '<p><a href="https://a.example/?b=1&c" target="_blank" rel="noopener noreferrer">there</a></p>',
  );
  expect(markdown("<details><summary>More</summary>\n\nText\n\n</details>")).toContain("<summary>More</summary>");
});

test("nothing stands in it that runs, loads or styles", () => {
  for (const text of [
    "<script>alert(1)</script>",
    "<style>*{}</style>",
    "<svg><script>1</script><a href='javascript:1'>x</a></svg>",
    "<annotation-xml encoding='text/html'><script>1</script><img src=x onerror=1></annotation-xml>",
    "<iframe src='https://a.example'></iframe>",
    "<object data='x'><embed src='x'></object>",
    "<template><img src=x onerror=1></template>",
    "<textarea></textarea><select></select><input type=text><input>",
    "<title></title><noscript><img src=x></noscript>",
    "<meta http-equiv=refresh content='0;url=https://a.example'><base href='https://a.example'><link rel=stylesheet href=x>",
  ]) {
    expect(html(text), text).toBe("");
  }
  expect(html("<form action=x><button onclick=1 formaction='javascript:1'>b</button></form>")).toBe("b");
  expect(html("<p style='a' class=b id=c name=d onclick=e data-f=g title=h>x</p>")).toBe('<p title="h">x</p>');
  expect(html("<math href='javascript:1' onclick=1><mtext><script>1</script></mtext><maction><mi style=x>a</mi></maction></math>")).toBe(
    "<math><mtext></mtext><mi>a</mi></math>",
  );
  for (const href of ["javascript:1", " javascript:1", "JaVaScRiPt:1", "data:text/html,x", "vbscript:1", "/api", "//a.example", "#x", "x"]) {
    expect(html(`<a href="${href}">x</a>`), href).toBe("<a>x</a>");
    expect(markdown(`[x](${href.trim()})`), href).toBe("<p><a>x</a></p>");
  }
  expect(html("<img src=https://a.example/p.png srcset='x 2x' onerror=1 alt='a picture'>")).toBe('<span class="image">a picture</span>');
  expect(html("<img src='data:image/png;base64,AA==' alt=x>")).toBe('<img src="data:image/png;base64,AA==" alt="x"></img>');
});

test("notes stand below the text", () => {
  expect(markdown("Said so.[^1]\n\n[^1]: By whom.")).toMatch(
    /^<p>Said so\.<sup><a>1<\/a><\/sup><\/p>\s*<section>\s*<h2><\/h2>\s*<ol>\s*<li>\s*<p>By whom\.<\/p>\s*<\/li>\s*<\/ol>\s*<\/section>$/,
  );
});

test("mathematics is set, and prices are not", async () => {
  const text = "Let $a^2$ be, for $5 or $6.\n\n$$\n\\frac{1}{2}\n$$\n\n```math\n\\sqrt{x}\n```\n";
  const set = written((await markdownWith(text))(text));
  expect(set).toContain("<msup><mi>a</mi><mn");
  expect(set).toContain("for $5 or $6.");
  expect(set).toMatch(/<math display="block">.*<mfrac>/);
  expect(set).toContain("<msqrt>");
  expect(set).not.toMatch(/href|style|\\frac/);
  expect(written((await markdownWith("$\\href{javascript:1}{x}$"))("$\\href{javascript:1}{x}$"))).not.toContain("javascript:1\"");
});

test("what is open is closed, and what is deep stands beside", () => {
  expect(html("<b>a<i>b</b>c")).toContain("<b>a<i>b</i></b>c");
  const deep = htmlMarkup("<div>".repeat(5_000));
  let depth = 0;
  for (let at: Markup | undefined = deep[0]; at !== undefined && typeof at !== "string"; at = at.within[0]) depth += 1;
  expect(depth).toBeLessThan(101);
});

test("more than can be laid out is refused", () => {
  expect(() => htmlMarkup("<br>".repeat(20_001))).toThrow(RangeError);
  expect(htmlMarkup("<br>".repeat(20_000))).toHaveLength(20_000);
});
