/** Characters of the font Symbol that are not those of ASCII, by their code without the private-use offset. */
const SYMBOL = table(
  '22∀ 24∃ 27∋ 2a∗ 2d− 40≅ 5c∴ 5e⊥ 7e∼ a0€ a1ϒ a2′ a3≤ a4⁄ a5∞ a6ƒ a7♣ a8♦ a9♥ aa♠ ab↔ ac← ad↑ ae→ af↓ b0° b1± b2″ ' +
    'b3≥ b4× b5∝ b6∂ b7• b8÷ b9≠ ba≡ bb≈ bc… bf↵ c0ℵ c1ℑ c2ℜ c3℘ c4⊗ c5⊕ c6∅ c7∩ c8∪ c9⊃ ca⊇ cb⊄ cc⊂ cd⊆ ce∈ cf∉ d0∠ ' +
    'd1∇ d2® d3© d4™ d5∏ d6√ d7⋅ d8¬ d9∧ da∨ db⇔ dc⇐ dd⇑ de⇒ df⇓ e0◊ e1〈 e5∑ f1〉 f2∫ f3⌠ f5⌡ 41Α 42Β 43Χ 44Δ 45Ε 46Φ ' +
    '47Γ 48Η 49Ι 4aϑ 4bΚ 4cΛ 4dΜ 4eΝ 4fΟ 50Π 51Θ 52Ρ 53Σ 54Τ 55Υ 56ς 57Ω 58Ξ 59Ψ 5aΖ 61α 62β 63χ 64δ 65ε 66φ 67γ 68η ' +
    '69ι 6aϕ 6bκ 6cλ 6dµ 6eν 6fο 70π 71θ 72ρ 73σ 74τ 75υ 76ϖ 77ω 78ξ 79ψ 7aζ',
);

const WINGDINGS = table(
  '22✂ 28☎ 2a✉ 3a💻 4a☺ 4c☹ 6c● 6e■ 6f□ 71❑ 72❒ 73⬧ 74⧫ 75◆ 76❖ 77⬥ 9f• a1○ a7▪ a8◻ d8➢ df← e0→ e1↑ e2↓ e8➔ ef⇦ f0⇨ ' +
    'f1⇧ f2⇩ fb✗ fc✓ fd☒ fe☑',
);

/** The Unicode character of a `w:sym`: `code` is hexadecimal, often in the private-use area; '' when it has none. */
export function symbolCharacter(font: string, code: string): string {
  const point = /^[0-9a-f]{1,6}$/i.test(code) ? Number.parseInt(code, 16) : 0;
  const own = byteOf(point);
  const mapped = tableOf(font)?.[own];
  if (mapped !== undefined) return mapped;
  if (own < 0x20 || own > 0x10ffff || (own >= 0xd800 && own <= 0xdfff)) return '';
  return String.fromCodePoint(own);
}

/** Text set in a font whose letters are signs, as Unicode; any other text as it is. */
export function symbolText(font: string | undefined, text: string): string {
  const signs = tableOf(font ?? '');
  if (!signs) return text;
  return Array.from(text, (character) => signs[byteOf(character.codePointAt(0) ?? 0)] ?? character).join('');
}

function tableOf(font: string): Readonly<Record<number, string>> | undefined {
  if (/^wingdings$/i.test(font)) return WINGDINGS;
  return /^symbol(?:mt)?$/i.test(font) ? SYMBOL : undefined;
}

/** Word moves the codes of such fonts into the private-use area. */
function byteOf(point: number): number {
  return point >= 0xf000 && point <= 0xf0ff ? point - 0xf000 : point;
}

function table(entries: string): Readonly<Record<number, string>> {
  return Object.fromEntries(
    entries.split(' ').map((entry) => [Number.parseInt(entry.slice(0, 2), 16), entry.slice(2)]),
  );
}
