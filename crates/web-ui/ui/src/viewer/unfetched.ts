import { Problem, Unreachable } from "../api/problem";
import { t } from "../i18n/index.svelte";
import { why } from "../i18n/why";

/** Why the bytes of a content are not here, for people; `undefined` where it is they that are wrong. */
export function unfetched(error: unknown): string | undefined {
  return error instanceof Problem || error instanceof Unreachable ? t("view.failed", { why: why(error) }) : undefined;
}
