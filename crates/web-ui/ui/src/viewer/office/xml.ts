import type { ChildNode, Document, Element } from "domhandler";

/** Elements are named by what their documents call them, `w:p` as a rule: programs that write them keep to these names. */
export type Branch = Document | Element;

export function isElement(node: ChildNode): node is Element {
  return "attribs" in node;
}

/** What stands right in one. */
export function children(of: Branch, ...names: string[]): Element[] {
  return of.children.filter(isElement).filter(({ name }) => names.length === 0 || names.includes(name));
}

export function child(of: Branch | undefined, name: string): Element | undefined {
  return of && children(of, name)[0];
}

/** All with one of these names, in the order in which they stand. What is in one of them is left out. */
export function all(of: Branch | undefined, ...names: string[]): Element[] {
  const found: Element[] = [];
  const waiting = of ? children(of).reverse() : [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (names.includes(next.name)) found.push(next);
    else waiting.push(...children(next).reverse());
  }
  return found;
}

export function first(of: Branch | undefined, name: string): Element | undefined {
  return all(of, name)[0];
}

/** All the text in one. */
export function textIn(of: Branch | undefined): string {
  let text = "";
  const waiting: ChildNode[] = of ? [of as ChildNode] : [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if ("data" in next && next.type === "text") text += next.data;
    else if ("children" in next) waiting.push(...next.children.toReversed());
  }
  return text;
}
