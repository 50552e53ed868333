/** The elements of MathML Core that show something (https://www.w3.org/TR/mathml-core/); none of them does anything. */
export const MATHML = new Set(
  `math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup
  msup mtable mtd mtext mtr munder munderover semantics`.split(/\s+/),
);

export const MATHML_NAMESPACE = "http://www.w3.org/1998/Math/MathML";

/** Attributes of them, each with what it may say. */
const LENGTH = /^-?[\d.]{1,8}(em|ex|px|pt|%)?$/;
const BOOLEAN = /^(true|false)$/;
export const MATHML_ATTRIBUTES: Record<string, RegExp> = {
  accent: BOOLEAN,
  accentunder: BOOLEAN,
  columnspan: /^[1-9]\d?$/,
  depth: LENGTH,
  display: /^(block|inline)$/,
  displaystyle: BOOLEAN,
  fence: BOOLEAN,
  form: /^(prefix|infix|postfix)$/,
  height: LENGTH,
  largeop: BOOLEAN,
  linethickness: LENGTH,
  lspace: LENGTH,
  mathvariant: /^normal$/,
  maxsize: LENGTH,
  minsize: LENGTH,
  movablelimits: BOOLEAN,
  rowspan: /^[1-9]\d?$/,
  rspace: LENGTH,
  scriptlevel: /^[+-]?\d$/,
  separator: BOOLEAN,
  stretchy: BOOLEAN,
  symmetric: BOOLEAN,
  voffset: LENGTH,
  width: LENGTH,
};
