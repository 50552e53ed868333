/** Behind what a list goes on, by the answer's link. */
export function behind(link: string | null): string | undefined {
  const next = link?.match(/<[^>]*\?([^>]*)>; rel="next"/)?.[1];
  return (next && new URLSearchParams(next).get("after")) ?? undefined;
}
