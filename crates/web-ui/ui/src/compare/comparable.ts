import type { Content } from "../api/client";
import { isLimited, isTextual, kindOf } from "../viewer/kind";

/** Texts are compared up to this size, in bytes. */
export const LONGEST = 1024 * 1024;

/** As what two contents are compared, or why they cannot be. */
export type Comparison = "images" | "texts" | { not: "limited" | "long" | "kinds" };

/** How two contents can be held against each other: two images, or two texts that are not too long. What has only so
 * many downloads is left alone: each comparison would spend one. */
export function comparable(a: Content, b: Content): Comparison {
  const kinds = [kindOf(a), kindOf(b)];
  const images = kinds.every((kind) => kind === "image");
  const texts = kinds.every(isTextual);
  if (!images && !texts) return { not: "kinds" };
  if (isLimited(a) || isLimited(b)) return { not: "limited" };
  if (images) return "images";
  return a.size <= LONGEST && b.size <= LONGEST ? "texts" : { not: "long" };
}
