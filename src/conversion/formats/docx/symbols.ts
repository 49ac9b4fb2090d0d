/** Characters of the fonts Symbol and Wingdings that documents really use, by their code without the private-use offset. */
const SYMBOL: Readonly<Record<number, string>> = Object.fromEntries(
  (
    '22∀ 24∃ 27∋ 2a∗ 2d− 40≅ 5c∴ 5e⊥ a2′ a3≤ a4⁄ a5∞ a7♣ a8♦ a9♥ aa♠ ab↔ ac← ad↑ ae→ af↓ b0° b1± b2″ b3≥ b4× b5∝ b6∂ b7• ' +
    'b8÷ b9≠ ba≡ bb≈ bc… c5⊕ c4⊗ c6∅ c7∩ c8∪ c9⊃ ca⊇ cc⊂ cd⊆ ce∈ cf∉ d0∠ d1∇ d2® d3© d4™ d5∏ d6√ d7⋅ d8¬ d9∧ da∨ db⇔ dc⇐ ' +
    'de⇒ e5∑ f2∫ 41Α 42Β 43Χ 44Δ 45Ε 46Φ 47Γ 48Η 49Ι 4bΚ 4cΛ 4dΜ 4eΝ 4fΟ 50Π 51Θ 52Ρ 53Σ 54Τ 57Ω 58Ξ 59Ψ 5aΖ 61α 62β 63χ ' +
    '64δ 65ε 66φ 67γ 68η 69ι 6bκ 6cλ 6dμ 6eν 6fο 70π 71θ 72ρ 73σ 74τ 75υ 77ω 78ξ 79ψ 7aζ'
  )
    .split(' ')
    .map((entry) => [Number.parseInt(entry.slice(0, 2), 16), entry.slice(2)]),
);

const WINGDINGS: Readonly<Record<number, string>> = Object.fromEntries(
  '22✂ 28☎ 2a✉ 3a💻 4a☺ 4c☹ 6c● 6e■ 6f□ 71❑ 73⬧ 76❖ 77⬥ 9f• a7▪ a8◻ d8➢ df← e0→ e1↑ e2↓ e8➔ ef⇦ f0⇨ fb✗ fc✓ fd☒ fe☑'
    .split(' ')
    .map((entry) => [Number.parseInt(entry.slice(0, 2), 16), entry.slice(2)]),
);

/** The Unicode character of a `w:sym`: `code` is hexadecimal, often in the private-use area; '' when it has none. */
export function symbolCharacter(font: string, code: string): string {
  const point = /^[0-9a-f]{1,6}$/i.test(code) ? Number.parseInt(code, 16) : 0;
  const own = point >= 0xf000 && point <= 0xf0ff ? point - 0xf000 : point;
  const table = /^wingdings/i.test(font) ? WINGDINGS : /^symbol/i.test(font) ? SYMBOL : {};
  const mapped = table[own];
  if (mapped !== undefined) return mapped;
  if (own < 0x20 || own > 0x10ffff || (own >= 0xd800 && own <= 0xdfff)) return '';
  return String.fromCodePoint(own);
}
