import type { Content } from "../api/client";
import { languageOf, normalLanguage } from "./language";

/** How a content is shown. */
export type Kind = "image" | "pdf" | "audio" | "video" | "markdown" | "table" | "code" | "text" | "zip" | "link" | "other";
/** What people look for. */
export const GROUPS = ["pictures", "video", "audio", "documents", "code", "texts", "links", "other"] as const;
export type Group = (typeof GROUPS)[number];

type Described = Pick<Content, "content_type" | "file_name" | "kind" | "mime_type" | "language" | "text">;

/** The raster images that browsers draw. The type decides, not the name: browsers go by it too. */
const IMAGES = new Set(["apng", "avif", "bmp", "gif", "jpeg", "png", "vnd.microsoft.icon", "webp", "x-icon"]);
const TEXT_ENDINGS = new Set(["txt", "text", "log", "srt", "vtt", "nfo", "lrc"]);
const ZIP_ENDINGS = new Set(["zip", "jar", "cbz", "epub", "docx", "xlsx", "pptx", "odt", "ods", "odp", "apk", "war", "whl"]);
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
  if (mime === "application/zip" || ZIP_ENDINGS.has(end)) return "zip";
  if (MARKDOWN_ENDINGS.has(end) || mime === "text/markdown") return "markdown";
  if (TABLE_ENDINGS.has(end) || mime === "text/csv" || mime === "text/tab-separated-values") return "table";
  if (languageOf(content.file_name, content.language)) return "code";
  if (TEXT_APPLICATIONS.test(mime) || mime === "image/svg+xml" || mime === "text/html") return "code";
  if (main === "text" || TEXT_ENDINGS.has(end)) return "text";
  return content.kind === "text" || content.kind === "code" ? content.kind : "other";
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
  return kind === "text" || kind === "code" || kind === "markdown" || kind === "table";
}

/** Under what each kind is looked for. */
const GROUP_OF: Record<Kind, Group> = {
  image: "pictures",
  video: "video",
  audio: "audio",
  pdf: "documents",
  code: "code",
  text: "texts",
  markdown: "texts",
  table: "texts",
  link: "links",
  zip: "other",
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
