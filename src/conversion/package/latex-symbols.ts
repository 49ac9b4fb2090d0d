const GREEK = [
  'αalpha βbeta γgamma δdelta εvarepsilon ϵepsilon ζzeta ηeta θtheta ϑvartheta ιiota κkappa λlambda μmu νnu ξxi',
  'πpi ϖvarpi ρrho ϱvarrho σsigma ςvarsigma τtau υupsilon φvarphi ϕphi χchi ψpsi ωomega',
  'ΓGamma ΔDelta ΘTheta ΛLambda ΞXi ΠPi ΣSigma ΥUpsilon ΦPhi ΨPsi ΩOmega',
].join(' ');

const OPERATORS = [
  '±pm ∓mp ×times ÷div ⋅cdot ∙bullet ·cdot ∗ast ∘circ √sqrt ∞infty ∂partial ∇nabla ∅emptyset ∆Delta ∝propto ∠angle',
  '≤leq ≥geq ≠neq ≈approx ≡equiv ≅cong ∼sim ≃simeq ≪ll ≫gg ≺prec ≻succ ⊥perp ∥parallel ∣mid',
  '∈in ∉notin ∋ni ⊂subset ⊃supset ⊆subseteq ⊇supseteq ∪cup ∩cap ∖setminus ∀forall ∃exists ∄nexists ¬neg ∧wedge ∨vee',
  '⊕oplus ⊗otimes ⊖ominus ⊙odot †dagger ‡ddagger ℏhbar ℓell ℜRe ℑIm ℵaleph ∴therefore ∵because',
  '→rightarrow ←leftarrow ↔leftrightarrow ⇒Rightarrow ⇐Leftarrow ⇔Leftrightarrow ↑uparrow ↓downarrow ↦mapsto ⟶longrightarrow',
  '…ldots ⋯cdots ⋮vdots ⋱ddots ⟨langle ⟩rangle 〈langle 〉rangle 〈langle 〉rangle ⌈lceil ⌉rceil ⌊lfloor ⌋rfloor ‖Vert',
  '∑sum ∏prod ∐coprod ∫int ∬iint ∭iiint ∮oint ∯oiint ∰oiiint ⨀bigodot ⋃bigcup ⋂bigcap ⋁bigvee ⋀bigwedge ⨁bigoplus ⨂bigotimes',
  '≜triangleq ≔coloneqq ⊢vdash ⊨models ⊤top ≮nless ≯ngtr ⋆star ⋈bowtie ↪hookrightarrow',
  'ℝmathbb{R} ℕmathbb{N} ℤmathbb{Z} ℚmathbb{Q} ℂmathbb{C} ℙmathbb{P}',
].join(' ');

/** Command of a character, without the backslash. */
const COMMANDS: ReadonlyMap<string, string> = new Map(
  `${GREEK} ${OPERATORS}`.split(' ').map((entry) => [entry.charAt(0), entry.slice(1)]),
);

/** Accents as OMML names them, by their combining or spacing character. */
const ACCENTS: Readonly<Record<string, string>> = {
  '\u0300': 'grave',
  '\u0301': 'acute',
  '\u0302': 'hat',
  '\u0303': 'tilde',
  '\u0304': 'bar',
  '\u0305': 'overline',
  '\u0306': 'breve',
  '\u0307': 'dot',
  '\u0308': 'ddot',
  '\u030a': 'mathring',
  '\u030c': 'check',
  '\u20d6': 'overleftarrow',
  '\u20d7': 'vec',
  '\u20db': 'dddot',
  '^': 'hat',
  '~': 'tilde',
  '¯': 'bar',
  '‾': 'bar',
  '`': 'grave',
  '´': 'acute',
  '˘': 'breve',
  ˇ: 'check',
  '˙': 'dot',
  '¨': 'ddot',
  '\u0331': 'underline',
  '\u0332': 'underline',
  '\u20d1': 'vec',
  '\u20dc': 'ddddot',
  '\u20e1': 'overleftrightarrow',
  '→': 'vec',
};

/** Characters with a meaning of their own in LaTeX. */
const SPECIAL = new Set(['#', '$', '%', '&', '_', '{', '}']);

/** One character as LaTeX; a command ends in a space, so that what follows cannot join its name. */
export function latexOf(character: string): string {
  const command = COMMANDS.get(character);
  if (command !== undefined) return `\\${command} `;
  if (character === '\\') return '\\backslash ';
  if ('ⅅⅆⅇⅈⅉ'.includes(character)) return character.normalize('NFKC');
  if (character === '′' || character === '″') return character === '′' ? "'" : "''";
  if (SPECIAL.has(character)) return `\\${character}`;
  return character === '−' ? '-' : asciiOf(character);
}

/** The accent command without backslash; a hat for one that is not known. */
export function accentOf(character: string): string {
  return ACCENTS[character] ?? 'hat';
}

/** Alphabets of their own among the mathematical letters; italic ones are LaTeX's usual. */
const ALPHABETS: readonly (readonly [first: number, last: number, command: string])[] = [
  [0x1d400, 0x1d433, 'mathbf'],
  [0x1d49c, 0x1d4cf, 'mathcal'],
  [0x1d504, 0x1d537, 'mathfrak'],
  [0x1d538, 0x1d56b, 'mathbb'],
];

/** Word writes an italic x as U+1D465; LaTeX means the same by a plain x. */
function asciiOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x1d400 || code > 0x1d7ff) return character;
  const plain = character.normalize('NFKC');
  if (plain === character) return character;
  const [, , command] = ALPHABETS.find(([first, last]) => code >= first && code <= last) ?? [];
  return command === undefined ? [...plain].map(latexOf).join('') : `\\${command}{${plain}}`;
}

/** Words within an equation, for `\text{…}`. */
export function escapedText(text: string): string {
  return text.replace(/[#$%&_{}\\^~]/g, (character) => {
    if (character === '\\') return '\\textbackslash{}';
    return SPECIAL.has(character) ? `\\${character}` : `\\${character}{}`;
  });
}
