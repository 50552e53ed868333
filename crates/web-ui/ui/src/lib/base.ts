/** Where the page lives: an address that ends in a slash. */
export const base = new URL(document.baseURI);

/** The absolute address of a path below it. */
export function address(path: string): string {
  return new URL(path, base).href;
}

/** The same address for people: in the letters that were typed. */
export function readable(url: string): string {
  return decodeURI(url);
}
