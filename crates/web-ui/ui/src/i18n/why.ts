import { Problem, Unreachable } from "../api/problem";
import { t } from "./index.svelte";

/** What went wrong, for people. */
export function why(error: unknown): string {
  if (error instanceof Unreachable) return t("error.network");
  if (error instanceof Problem) return error.message || t("error.unknown");
  return t("error.unknown");
}
