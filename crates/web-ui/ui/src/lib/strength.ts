/** How a password stands against somebody who tries one after the other. */
export type Strength = "weak" | "fair" | "good";

/** What many use; a password that is made of one of them is guessed at once. */
const COMMON = ["password", "passwort", "qwert", "asdf", "zxcv", "letmein", "welcome", "admin", "iloveyou", "dragon", "monkey", "secret", "elizabeth"];
/** From so many bits on guessing is hopeless even for who has the hashes; below the other one it is quick. */
const GOOD = 64;
const FAIR = 40;

/** An honest estimate, by length and variety, that counts what people do to have their password accepted for nothing:
 * one sign again and again, signs in order, a word that everybody uses, the room's own name. It is a lower bound for
 * what machines made up, and no more than a guess for what people did.
 */
export function strength(password: string, room = ""): Strength {
  const known = [...COMMON, room.toLowerCase()].filter((word) => word.length >= 3);
  let rest = password.toLowerCase();
  for (const word of known) rest = rest.replaceAll(word, "\u0000");
  const signs = [...rest];
  // A sign that repeats the one before, or follows it in the alphabet or in the row of digits, adds next to nothing.
  const fresh = signs.filter((sign, at) => {
    const step = sign.codePointAt(0)! - (signs[at - 1]?.codePointAt(0) ?? -9);
    return Math.abs(step) > 1;
  });
  const distinct = new Set(fresh).size;
  const bits = Math.min(fresh.length, distinct * 2) * Math.log2(alphabet(password));
  return bits >= GOOD ? "good" : bits >= FAIR ? "fair" : "weak";
}

/** From how many signs somebody chose, as it looks. */
function alphabet(password: string): number {
  const sets: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]/, 33],
    [/[^\x00-\x7f]/, 500],
  ];
  return sets.reduce((sum, [set, size]) => sum + (set.test(password) ? size : 0), 1);
}
