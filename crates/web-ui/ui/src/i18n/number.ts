const formats = new Map<string, Intl.NumberFormat>();

/** A number as a language writes it. What writes it is made once: making one costs a phone milliseconds. */
export function number(value: number, locale: string, options?: Intl.NumberFormatOptions): string {
  const key = locale + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format.format(value);
}
