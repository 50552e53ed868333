/** A selection in a version of a text, as the server has it. */
export interface Place {
  id: number;
  version: number;
  anchor: number;
  head: number;
}

/** As presence carries it: `7:12:3:5`. */
export const writePlace = ({ id, version, anchor, head }: Place): string => [id, version, anchor, head].join(":");

/** What others say may be anything. */
export function parsePlace(text: string | null | undefined): Place | undefined {
  if (!text || !/^\d{1,15}(:\d{1,15}){3}$/.test(text)) return undefined;
  const [id = 0, version = 0, anchor = 0, head = 0] = text.split(":").map(Number);
  return { id, version, anchor, head };
}
