/** How a password stands against somebody who tries one after the other. */
export type Strength = "weak" | "fair" | "good";

/** What many use; a password that is made of one of them is guessed at once. */
const COMMON = ["password", "passwort", "qwert", "asdf", "zxcv", "letmein", "welcome", "admin", "iloveyou", "dragon", "monkey", "secret", "elizabeth"];
/** From so many bits on guessing is hopeless even for who has the hashes; below the other one it is quick. */
const GOOD = 64;
const FAIR = 40;

/** What a letter adds, and what a word of up to eight letters does at most, in bits: there are not many of them. */
const LETTER = Math.log2(26);
const WORD = 14;

/** An honest estimate, which leaves out what people do to have their password accepted: one sign again and again, signs
 * in order, words (that everybody uses, or any, or the room's name). Chance may have made more of it than this says.
 */
export function strength(password: string, room = ""): Strength {
  let rest = password.toLowerCase();
  for (const word of [...COMMON, room.toLowerCase()]) if (word.length >= 3) rest = rest.replaceAll(word, "\u0000");
  const words = rest.match(/[a-z]{3,}/g) ?? [];
  const others = rest.replace(/[a-z]{3,}/g, "");
  const bits = words.map((word) => Math.min(fresh(word) * LETTER, Math.ceil(word.length / 8) * WORD));
  const sum = bits.reduce((sum, one) => sum + one, fresh(others) * Math.log2(alphabet(password)));
  return sum >= GOOD ? "good" : sum >= FAIR ? "fair" : "weak";
}

/** How many signs of a text are no repetition: neither the one before again, nor the next one in the alphabet or in the
 * row of digits, nor one of a few that come again and again. */
function fresh(text: string): number {
  const signs = [...text];
  const counted = signs.filter((sign, at) => Math.abs((sign.codePointAt(0) ?? 0) - (signs[at - 1]?.codePointAt(0) ?? -9)) > 1);
  return Math.min(counted.length, 2 * new Set(counted).size);
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
