/** As what a number in a workbook is meant, and how many digits behind the point are shown, where that is said. */
export interface Format {
  is: "number" | "percent" | "date" | "time" | "datetime";
  digits?: number;
}

/** By the number of a format that every workbook has (ECMA-376, part 1, 18.8.30), or by its code. */
export function formatOf(id: number, code: string | undefined): Format {
  if (code === undefined) {
    if (id === 9 || id === 10) return { is: "percent", digits: id === 9 ? 0 : 2 };
    if (id === 22) return { is: "datetime" };
    if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47)) return { is: "time" };
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return { is: "date" };
    if (id === 1 || id === 3) return { is: "number", digits: 0 };
    return { is: "number", digits: id === 2 || id === 4 ? 2 : undefined };
  }
  // Without texts, and without colours and countries.
  const plain = code.split(";", 1)[0]?.replace(/"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, "").toLowerCase() ?? "";
  if (plain.includes("general")) return { is: "number" };
  const [days, hours] = [/[yd]|mmm/.test(plain) || /^m+[^hs]*$/.test(plain), /[hs]/.test(plain)];
  if (days || hours) return { is: days && hours ? "datetime" : days ? "date" : "time" };
  // Exponents and fractions are numbers as they are.
  const digits = /^[^e/]*0[^e/]*$/.test(plain) ? (/\.(0+)/.exec(plain)?.[1]?.length ?? 0) : undefined;
  return { is: plain.includes("%") ? "percent" : "number", digits };
}

const DAY = 86_400_000;

/** A number as it is read. Dates are days since the end of 1899, or the beginning of 1904. */
export function written(text: string, { is, digits }: Format, from1904: boolean): string {
  const number = Number(text);
  if (text === "" || !Number.isFinite(number)) return text;
  if (is === "number") return shown(number, digits);
  if (is === "percent") return `${shown(number * 100, digits)}%`;
  // There was no 29th of February in 1900, whatever Excel says.
  const epoch = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, number < 60 ? 31 : 30);
  const instant = new Date(Math.round((epoch + number * DAY) / 1_000) * 1_000);
  if (Number.isNaN(instant.getTime())) return text;
  const [date = "", time = ""] = instant.toISOString().replace(".000Z", "").split("T");
  const short = time.endsWith(":00") ? time.slice(0, -3) : time;
  if (is === "time") return number < 1 ? short : `${Math.floor(number * 24)}${short.slice(2)}`;
  return is === "date" ? date : `${date} ${short}`;
}

/** Without the traces of how computers add: fifteen digits are meant. */
function shown(number: number, digits: number | undefined): string {
  const meant = Number(number.toPrecision(15));
  return digits === undefined ? String(meant) : meant.toFixed(Math.min(digits, 30));
}
