import { zip } from "./files";

/** Documents as small as programs that read them take them. */

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006";
const OPEN_DOCUMENT = "urn:oasis:names:tc:opendocument:xmlns";

function packed(parts: Record<string, string | Buffer>): Buffer {
  const data = (part: string | Buffer) => (typeof part === "string" ? Buffer.from(`${XML}${part}`) : part);
  return zip(Object.entries(parts).map(([name, part]) => ({ name, data: data(part) })));
}

function relations(all: [id: string, kind: string, target: string][]): string {
  const each = all.map(([id, kind, target]) => `<Relationship Id="${id}" Type="${OFFICE}/relationships/${kind}" Target="${target}"/>`);
  return `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${each.join("")}</Relationships>`;
}

const TYPES = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="png" ContentType="image/png"/></Types>`;

/** A heading, a paragraph with a link that would run, a table and a picture. */
export function docx(picture: Buffer): Buffer {
  const run = (text: string, looks = "") => `<w:r>${looks && `<w:rPr>${looks}</w:rPr>`}<w:t xml:space="preserve">${text}</w:t></w:r>`;
  const cell = (text: string) => `<w:tc><w:p>${run(text)}</w:p></w:tc>`;
  const image = `<w:drawing><wp:inline><wp:extent cx="190500" cy="190500"/><wp:docPr id="1" name="p" descr="a drawing"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:blipFill><a:blip r:embed="rId2"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>`;
  return packed({
    "[Content_Types].xml": TYPES,
    "_rels/.rels": relations([["rId1", "officeDocument", "word/document.xml"]]),
    "word/_rels/document.xml.rels": relations([
      ["rId2", "image", "media/picture.png"],
      ["rId3", "hyperlink", "javascript:parent.document.title='run'"],
    ]).replace('title=\'run\'"', 'title=\'run\'" TargetMode="External"'),
    "word/media/picture.png": picture,
    "word/styles.xml": `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>`,
    "word/document.xml": `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="${OFFICE}/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body><w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>${run("The report")}</w:p><w:p>${run("It went ")}${run("well", "<w:b/>")}. <w:hyperlink r:id="rId3">${run("run it")}</w:hyperlink></w:p><w:tbl><w:tr>${cell("what")}${cell("euros")}</w:tr><w:tr>${cell("train")}${cell("84")}</w:tr></w:tbl><w:p><w:r>${image}</w:r></w:p></w:body></w:document>`,
  });
}

/** Two sheets: one with words, a day and a part of a hundred; one with a number. */
export function xlsx(): Buffer {
  return packed({
    "xl/_rels/workbook.xml.rels": relations([
      ["rId1", "worksheet", "worksheets/sheet1.xml"],
      ["rId2", "worksheet", "worksheets/sheet2.xml"],
    ]),
    "xl/workbook.xml": `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}/relationships"><sheets><sheet name="Costs" sheetId="1" r:id="rId1"/><sheet name="Totals" sheetId="2" r:id="rId2"/></sheets></workbook>`,
    "xl/sharedStrings.xml": `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>train</t></si><si><r><t>tent, </t></r><r><t>new</t></r></si></sst>`,
    "xl/styles.xml": `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/></cellXfs></styleSheet>`,
    "xl/worksheets/sheet1.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>45000</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c><c r="C3" s="2"><v>0.125</v></c></row></sheetData></worksheet>`,
    "xl/worksheets/sheet2.xml": `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><f>1+1</f><v>204.5</v></c></row></sheetData></worksheet>`,
  });
}

/** Two slides, one with a picture. */
export function pptx(picture: Buffer): Buffer {
  const names = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="${OFFICE}/relationships" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"`;
  const shape = (kind: string, text: string) =>
    `<p:sp><p:nvSpPr><p:nvPr><p:ph type="${kind}"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>${text}</a:t></a:r></a:p></p:txBody></p:sp>`;
  const slide = (within: string) => `<p:sld ${names}><p:cSld><p:spTree>${within}</p:spTree></p:cSld></p:sld>`;
  const image = `<p:pic><p:nvPicPr><p:cNvPr id="4" descr="a drawing"/></p:nvPicPr><p:blipFill><a:blip r:embed="rId1"/></p:blipFill></p:pic>`;
  return packed({
    "ppt/_rels/presentation.xml.rels": relations([
      ["rId1", "slide", "slides/slide1.xml"],
      ["rId2", "slide", "slides/slide2.xml"],
    ]),
    "ppt/presentation.xml": `<p:presentation ${names}><p:sldIdLst><p:sldId id="257" r:id="rId2"/><p:sldId id="256" r:id="rId1"/></p:sldIdLst></p:presentation>`,
    "ppt/slides/slide1.xml": slide(shape("title", "The end") + shape("body", "Thank you")),
    "ppt/slides/slide2.xml": slide(shape("title", "The plan") + shape("body", "Leave at nine") + image),
    "ppt/slides/_rels/slide2.xml.rels": relations([["rId1", "image", "../media/picture.png"]]),
    "ppt/media/picture.png": picture,
  });
}

/** Two chapters; the first has a picture and what would run in a browser. */
export function epub(picture: Buffer): Buffer {
  const page = (within: string) => `<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script/></head><body>${within}</body></html>`;
  return packed({
    mimetype: Buffer.from("application/epub+zip"),
    "META-INF/container.xml": `<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>`,
    "OEBPS/book.opf": `<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="text/one.xhtml"/><item id="b" href="text/two.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>`,
    "OEBPS/text/one.xhtml": page(
      `<h1>Down the hole</h1><p>Alice was beginning.</p><img src="../images/picture.png" alt="a drawing"/><script>parent.document.title = "run"</script><img src="https://elsewhere.example/p.png" alt="from elsewhere"/>`,
    ),
    "OEBPS/text/two.xhtml": page("<h1>The pool</h1><p>Curiouser!</p>"),
    "OEBPS/images/picture.png": picture,
  });
}

function openDocument(within: string): Buffer {
  const names = ["office", "text", "table", "drawing", "style"].map((name) => `xmlns:${name === "drawing" ? "draw" : name}="${OPEN_DOCUMENT}:${name}:1.0"`);
  return packed({
    "content.xml": `<office:document-content ${names.join(" ")} xmlns:xlink="http://www.w3.org/1999/xlink"><office:body>${within}</office:body></office:document-content>`,
  });
}

export function odt(): Buffer {
  return openDocument(
    `<office:text><text:h text:outline-level="1">Minutes</text:h><text:p>We met<text:s text:c="2"/>at nine.</text:p><text:list><text:list-item><text:p>Tea</text:p></text:list-item></text:list></office:text>`,
  );
}

export function ods(): Buffer {
  return openDocument(
    `<office:spreadsheet><table:table table:name="Things"><table:table-row><table:table-cell><text:p>tent</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16383"/></table:table-row><table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet>`,
  );
}
