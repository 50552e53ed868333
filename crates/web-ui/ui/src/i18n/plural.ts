const CATEGORIES: Intl.LDMLPluralRule[] = ["zero", "one", "two", "few", "many", "other"];

interface Rules {
  of: Intl.PluralRules;
  /** Those that the language tells apart, in the order of all. */
  categories: Intl.LDMLPluralRule[];
}

const kept = new Map<string, Rules>();

function rules(locale: string): Rules {
  let found = kept.get(locale);
  if (!found) {
    const of = new Intl.PluralRules(locale);
    const told = of.resolvedOptions().pluralCategories;
    // Browsers list them in orders of their own.
    kept.set(locale, (found = { of, categories: CATEGORIES.filter((category) => told.includes(category)) }));
  }
  return found;
}

/** How many forms a word has after numbers in a language. */
export function pluralForms(locale: string): number {
  return rules(locale).categories.length;
}

/** The form that goes with a number, of as many as the language has. */
export function plural(value: number, forms: string[], locale: string): string {
  const { of, categories } = rules(locale);
  return forms[categories.indexOf(of.select(value))] ?? forms.at(-1) ?? "";
}
