import mammoth from "mammoth/mammoth.browser.min.js";

import { htmlMarkup } from "../markup";
import { MOST, inParts, type Paper } from "./paper";
import { Package } from "./package";

/** What the library takes for a paragraph like all others. */
const TITLES = ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => h2:fresh"];

/** A document of Word. */
export async function docx(blob: Blob): Promise<Paper> {
  // The library unpacks all of it without asking how much that is.
  await (await Package.open(blob)).measure();
  const options = { externalFileAccess: false, styleMap: TITLES };
  const { value } = await mammoth.convertToHtml({ arrayBuffer: await blob.arrayBuffer() }, options);
  return inParts(htmlMarkup(value, undefined, MOST));
}
