import type { Content } from "../../api/client";
import { t } from "../../i18n/index.svelte";
import type { PaperFormat, SheetFormat } from "../kind";
import type { Source } from "../source";
import { Failed } from "../failed";
import { unfetched } from "../unfetched";
import { ask } from "../worker";
import script from "./office.worker.ts?worker&url";
import type { Paper } from "./paper";
import type { Sheets } from "./sheets";

/** Larger documents are not read here, in bytes. */
const LARGEST = 64 << 20;
/** How long one may take to be read, in milliseconds. */
const BUDGET = 20_000;

/** Reads a document in a worker of its own.
 *
 * @throws {Failed} when it cannot be read; {Problem} and {Unreachable} when it cannot be fetched.
 */
export async function readOffice<Format extends PaperFormat | SheetFormat>(
  format: Format,
  reader: Source,
  content: Content,
  signal: AbortSignal,
): Promise<Format extends PaperFormat ? Paper : Sheets> {
  if (content.size > LARGEST) throw new Failed("large");
  const blob = await reader.bytes(content, signal);
  return ask(script, { format, blob }, BUDGET, signal);
}

/** Why a document is not shown, for people. */
export function unread(error: unknown): string {
  const reason = error instanceof Failed ? error.reason : "broken";
  if (reason === "password") return t("view.paper.password");
  return unfetched(error) ?? t(reason === "large" || reason === "time" ? "view.paper.large" : "view.broken");
}
