import type { components } from "../../openapi";
import { Problem, Unreachable } from "../api/problem";
import { bytes } from "./format";
import { locale, t, type Key } from "./index.svelte";

type Code = components["schemas"]["Code"];

/** What went wrong, for people, in their language. */
export function why(error: unknown): string {
  if (error instanceof Unreachable) return t("error.network");
  return error instanceof Problem ? problemWords(error) : t("error.unknown");
}

/** A problem by its code. One that this page does not know yet, the server being newer, is told in the server’s words. */
export function problemWords({ code, message, details }: Problem): string {
  if (!isKnown(code)) return message || t("error.unknown");
  // Every code has words, or this does not compile.
  const key: Key = `problem.${code}`;
  const words = t(key, { remaining: bytes(Number(details?.remaining ?? 0)) });
  return message !== "" && tellsMore(code) ? `${words} (${message})` : words;
}

function isKnown(code: string): code is Code {
  return Object.hasOwn(locale.messages, `problem.${code}`);
}

/** Whether the server’s sentence says which, or how much, where ours can only say that. It is English. */
function tellsMore(code: Code): boolean {
  return code.startsWith("invalid_") || ["manifest_mismatch", "chunk_mismatch", "text_too_long", "body_too_large"].includes(code);
}
