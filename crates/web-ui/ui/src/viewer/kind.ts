import type { Content } from "../api/client";
import { languageOf, normalLanguage } from "./language";

/** How a content is shown. */
export type Kind =
  | "image"
  | "photo"
  | "pdf"
  | "document"
  | "sheets"
  | "audio"
  | "video"
  | "markdown"
  | "notebook"
  | "table"
  | "code"
  | "text"
  | "archive"
  | "link"
  | "other";
export type Decoder = "heif" | "tiff";
export type ArchiveFormat = "zip" | "tar" | "gzip";
/** Documents that are laid out part by part. */
export type PaperFormat = "docx" | "epub" | "odt" | "pptx";
export type SheetFormat = "ods" | "xlsx";
/** What people look for. */
export const GROUPS = ["pictures", "video", "audio", "documents", "code", "texts", "links", "other"] as const;
export type Group = (typeof GROUPS)[number];

type Described = Pick<Content, "content_type" | "file_name" | "kind" | "mime_type" | "language" | "text">;

/** The raster images that browsers draw. The type decides, not the name: browsers go by it too. */
const IMAGES = new Set(["apng", "avif", "bmp", "gif", "jpeg", "png", "vnd.microsoft.icon", "webp", "x-icon"]);
const TEXT_ENDINGS = new Set(["txt", "text", "log", "srt", "vtt", "nfo", "lrc"]);
/** By each name, what has it. */
function named<Value extends string>(names: Record<Value, string[]>): Map<string, Value> {
  return new Map(Object.entries<string[]>(names).flatMap(([value, all]) => all.map((name) => [name, value as Value])));
}

/** Images that browsers do not draw, each with what decodes it. */
const DECODERS = named<Decoder>({
  heif: ["heic", "heif", "hif"],
  tiff: ["tif", "tiff"],
});
const ARCHIVES = named<ArchiveFormat>({
  zip: ["zip", "odp", "jar", "cbz", "apk", "war", "whl", "application/zip", "application/x-zip-compressed"],
  tar: ["tar", "application/x-tar"],
  gzip: ["gz", "tgz", "application/gzip", "application/x-gzip"],
});
const PAPERS = named<PaperFormat>({
  docx: ["docx"],
  epub: ["epub"],
  odt: ["odt"],
  pptx: ["pptx"],
});
const SHEETS = named<SheetFormat>({
  ods: ["ods"],
  xlsx: ["xlsx"],
});
const DOCUMENT_ENDINGS = new Set(["doc", "docx", "epub", "odp", "ods", "odt", "pdf", "ppt", "pptx", "rtf", "xls", "xlsx"]);
const MARKDOWN_ENDINGS = new Set(["md", "markdown", "mdown", "mkd"]);
const TABLE_ENDINGS = new Set(["csv", "tsv"]);
/** Types of applications that are text all the same. */
const TEXT_APPLICATIONS = /^application\/(json|.*\+json|xml|.*\+xml|javascript|ecmascript|sql|toml|x-sh|x-yaml|yaml|x-ndjson)$/;

/** The last segment of a name, and the folders in front of it. */
export function splitName(name: string): { folder: string; base: string } {
  const cut = name.lastIndexOf("/") + 1;
  return { folder: name.slice(0, cut), base: name.slice(cut) };
}

/** What stands behind the last dot of a name, in small letters. */
export function ending(name: string): string {
  const { base } = splitName(name);
  const dot = base.lastIndexOf(".");
  return dot > 0 ? base.slice(dot + 1).toLowerCase() : "";
}

function essence(content: Described): string {
  return (content.mime_type.split(";", 1)[0] ?? "").trim().toLowerCase();
}

/** How a content is shown. What a browser could run (HTML, SVG) is code: it is read, or drawn where nothing in it runs. Where
 * neither name nor type tells, its first bytes do, as the server found them. */
export function kindOf(content: Described): Kind {
  if (content.content_type === "url") return "link";
  if (content.content_type === "text") return textKind(content);
  const mime = essence(content);
  const [main = "", sub = ""] = mime.split("/");
  const end = ending(content.file_name ?? "");
  if (main === "image" && IMAGES.has(sub)) return "image";
  if (mime === "application/pdf") return "pdf";
  // A TypeScript file is taken for a video by those who look at its name alone.
  if (mime === "video/mp2t" && end === "ts") return "code";
  if (main === "audio" || main === "video") return main;
  if (decoderOf(content)) return "photo";
  if (paperOf(content)) return "document";
  if (sheetOf(content)) return "sheets";
  if (archiveOf(content)) return "archive";
  if (end === "ipynb" || mime === "application/x-ipynb+json") return "notebook";
  if (MARKDOWN_ENDINGS.has(end) || mime === "text/markdown") return "markdown";
  if (TABLE_ENDINGS.has(end) || mime === "text/csv" || mime === "text/tab-separated-values") return "table";
  if (languageOf(content.file_name, content.language)) return "code";
  if (TEXT_APPLICATIONS.test(mime) || mime === "image/svg+xml" || mime === "text/html") return "code";
  if (main === "text" || TEXT_ENDINGS.has(end)) return "text";
  return content.kind === "text" || content.kind === "code" ? content.kind : "other";
}

/** What decodes an image that browsers do not draw. */
export function decoderOf(content: Described): Decoder | undefined {
  const [main, sub = ""] = essence(content).split("/");
  return DECODERS.get(ending(content.file_name ?? "")) ?? (main === "image" ? DECODERS.get(sub) : undefined);
}

/** How what is in an archive is found. A name decides before the type: many things are a zip file underneath. */
export function archiveOf(content: Described): ArchiveFormat | undefined {
  return ARCHIVES.get(ending(content.file_name ?? "")) ?? ARCHIVES.get(essence(content));
}

export function paperOf(content: Described): PaperFormat | undefined {
  return PAPERS.get(ending(content.file_name ?? ""));
}

export function sheetOf(content: Described): SheetFormat | undefined {
  return SHEETS.get(ending(content.file_name ?? ""));
}

function textKind(content: Described): Kind {
  const end = ending(content.file_name ?? "");
  const language = normalLanguage(content.language ?? "");
  if (language === "markdown") return "markdown";
  if (language === "plain") return "text";
  if (language) return "code";
  if (MARKDOWN_ENDINGS.has(end)) return "markdown";
  if (TABLE_ENDINGS.has(end)) return "table";
  const guessed = languageOf(content.file_name, content.language, content.text ?? undefined);
  if (guessed === "markdown") return "markdown";
  return guessed ? "code" : "text";
}

/** Whether it is shown as text of some sort. */
export function isTextual(kind: Kind): boolean {
  return kind === "text" || kind === "code" || kind === "markdown" || kind === "table" || kind === "notebook";
}

/** Under what each kind is looked for. */
const GROUP_OF: Record<Kind, Group> = {
  image: "pictures",
  photo: "pictures",
  video: "video",
  audio: "audio",
  pdf: "documents",
  document: "documents",
  sheets: "documents",
  code: "code",
  notebook: "code",
  text: "texts",
  markdown: "texts",
  table: "texts",
  link: "links",
  archive: "other",
  other: "other",
};
const groups = new WeakMap<Described, Group>();

/** Under what a content is looked for. */
export function groupOf(content: Described): Group {
  let group = groups.get(content);
  if (group === undefined) {
    const isDocument = content.content_type === "file" && DOCUMENT_ENDINGS.has(ending(content.file_name ?? ""));
    group = isDocument ? "documents" : GROUP_OF[kindOf(content)];
    groups.set(content, group);
  }
  return group;
}

/** Whether each look at it is counted, and there are only so many. Such a one is never loaded unasked. */
export function isLimited(content: Pick<Content, "max_downloads">): boolean {
  return content.max_downloads !== null && content.max_downloads !== undefined;
}

/** How many downloads are left of one that is limited. */
export function downloadsLeft(content: Pick<Content, "max_downloads" | "download_count">): number {
  return Math.max(0, (content.max_downloads ?? 0) - content.download_count);
}
