/**
 * A number as Python writes a `float`, and so Docling: the fewest digits that tell it from its neighbours, always with
 * a fraction or an exponent: `100.0`, `0.3`, `1e-05`, `1.5e+20`.
 */
export function floatText(value: number): string {
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) {
    // Within these powers JavaScript writes no exponent either.
    const text = Object.is(value, -0) ? '-0' : String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}
