import type { XmlElement } from './xml-tree.js';
import { accentOf, escapedText, latexOf } from './latex-symbols.js';

/** Names that LaTeX knows as upright functions. */
const FUNCTIONS = new Set(
  (
    'arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim ln log max min Pr sec sin ' +
    'sinh sup tan tanh'
  ).split(' '),
);

type Converter = (element: XmlElement) => string;

/** What OMML's elements become; an element that is not named here becomes the sum of its children. */
const CONVERTERS: Readonly<Record<string, Converter>> = {
  'm:r': run,
  'm:f': fraction,
  'm:rad': radical,
  'm:nary': nary,
  'm:d': delimiter,
  'm:func': (element) => `${part(element, 'm:fName')}${braced(element, 'm:e')}`,
  'm:fName': functionName,
  'm:sSub': (element) => `${base(element)}_${braced(element, 'm:sub')}`,
  'm:sSup': (element) => `${base(element)}^${braced(element, 'm:sup')}`,
  'm:sSubSup': (element) => `${base(element)}_${braced(element, 'm:sub')}^${braced(element, 'm:sup')}`,
  'm:sPre': (element) => `{}_${braced(element, 'm:sub')}^${braced(element, 'm:sup')}${base(element)}`,
  'm:limLow': (element) => stretched(element) ?? `${limitBase(element)}_${braced(element, 'm:lim')}`,
  'm:limUpp': (element) => stretched(element) ?? upperLimit(element),
  'm:lim': (element) => children(element).replaceAll('\\rightarrow', '\\to'),
  'm:acc': (element) => `\\${accentOf(property(element, 'm:accPr', 'm:chr') ?? '\u0302')}${braced(element, 'm:e')}`,
  'm:bar': (element) =>
    `\\${property(element, 'm:barPr', 'm:pos') === 'top' ? 'overline' : 'underline'}${braced(element, 'm:e')}`,
  'm:groupChr': groupCharacter,
  'm:borderBox': (element) => `\\boxed${braced(element, 'm:e')}`,
  'm:m': (element) =>
    environment(
      'matrix',
      element.elements('m:mr').map((row) => entries(row).join(' & ')),
    ),
  'm:eqArr': equationArray,
};

/** The LaTeX of an `m:oMath`, without dollar signs; '' for an empty one. */
export function latexFromOmml(element: XmlElement): string {
  let latex = children(element).replace(/ {2,}/g, ' ').trim();
  // A break after the last line would begin an empty one.
  while (latex.endsWith('\\\\')) latex = latex.slice(0, -2).trimEnd();
  return latex;
}

function convert(element: XmlElement): string {
  if (element.name.endsWith('Pr')) return '';
  return (CONVERTERS[element.name] ?? children)(element);
}

function children(element: XmlElement): string {
  return element.elements().map(convert).join('');
}

/** A named child's LaTeX; '' when it is missing. */
function part(element: XmlElement, name: string): string {
  const child = element.child(name);
  return child ? convert(child) : '';
}

function braced(element: XmlElement, name: string): string {
  return `{${part(element, name).trim()}}`;
}

/** What a script hangs on; a fraction or radical needs braces to be hung on as a whole. */
function base(element: XmlElement): string {
  const latex = part(element, 'm:e').trim();
  return /\\(?:frac|sqrt|overline|underline)|[_^]/.test(latex) ? `{${latex}}` : latex;
}

function property(element: XmlElement, properties: string, name: string): string | undefined {
  return element.path(properties, name)?.attribute('m:val');
}

function entries(element: XmlElement): string[] {
  return element.elements('m:e').map((entry) => convert(entry).trim());
}

function environment(name: string, rows: readonly string[]): string {
  return `\\begin{${name}}${rows.join(' \\\\ ')}\\end{${name}}`;
}

function run(element: XmlElement): string {
  const text = element
    .elements()
    .map(({ name, text: own }) => (name === 'm:t' || name === 'w:t' ? own : ''))
    .join('');
  const end = element.child('w:br') ? ' \\\\ ' : '';
  if (element.path('m:rPr', 'm:nor') && /\p{L}{2}/u.test(text)) return `\\text{${escapedText(text)}}${end}`;
  // An upright name is a function, also where the file does not wrap it as one.
  if (FUNCTIONS.has(text) && property(element, 'm:rPr', 'm:sty') === 'p') return `\\${text} ${end}`;
  const latex = [...text].map(latexOf).join('');
  const script = SCRIPTS[property(element, 'm:rPr', 'm:scr') ?? ''];
  return (script === undefined || latex.trim() === '' ? latex : `\\${script}{${latex.trim()}}`) + end;
}

/** Alphabets that a run is set in, by their names in OMML. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'double-struck': 'mathbb',
  script: 'mathcal',
  fraktur: 'mathfrak',
};

/** Several equations below each other; `&` marks where they align. */
function equationArray(element: XmlElement): string {
  const lines = entries(element).map((line) =>
    line.replaceAll('\\&', '&').replace(/\\#\s*\\left\(([^()]*)\\right\)$/, ' \\tag{$1}'),
  );
  const [only, ...others] = lines;
  return only !== undefined && others.length === 0 ? only : environment('aligned', lines);
}

function functionName(element: XmlElement): string {
  const name = children(element).trim();
  const [, word = '', rest = ''] = /^([A-Za-z]+)(.*)$/s.exec(name) ?? [];
  if (FUNCTIONS.has(word)) return `\\${word}${rest}`;
  return rest === '' && word.length > 1 ? `\\operatorname{${word}}` : name;
}

/** `lim` below a limit is a function even where the file does not wrap it as one. */
function limitBase(element: XmlElement): string {
  const latex = part(element, 'm:e').trim();
  if (FUNCTIONS.has(latex)) return `\\${latex}`;
  return /^[A-Za-z]{2,}$/.test(latex) ? `\\operatorname{${latex}}` : latex;
}

/** Signs that stretch over or under what they stand at; some programs write them as its limit. */
const STRETCHED: Readonly<Record<string, string>> = {
  '⏞': 'overbrace',
  '⏟': 'underbrace',
  '⏜': 'overparen',
  '⏝': 'underparen',
  '⎴': 'overbracket',
  '⎵': 'underbracket',
  '¯': 'overline',
  '‾': 'overline',
};

function stretched(element: XmlElement): string | undefined {
  const command = STRETCHED[element.child('m:lim')?.text.trim() ?? ''];
  return command && `\\${command}${braced(element, 'm:e')}`;
}

/** Above a brace stands its label; anything else is set over what it limits. */
function upperLimit(element: XmlElement): string {
  const latex = limitBase(element);
  const limit = braced(element, 'm:lim');
  return /^\\(?:over|under)brace/.test(latex) ? `${latex}^${limit}` : `\\overset${limit}{${latex}}`;
}

function fraction(element: XmlElement): string {
  const type = property(element, 'm:fPr', 'm:type');
  if (type === 'lin') return `${part(element, 'm:num')}/${part(element, 'm:den')}`;
  if (type === 'skw') return `{}^${braced(element, 'm:num')}/_${braced(element, 'm:den')}`;
  // Not a binomial, which would bring brackets of its own.
  if (type === 'noBar') return `\\genfrac{}{}{0pt}{}${braced(element, 'm:num')}${braced(element, 'm:den')}`;
  return `\\frac${braced(element, 'm:num')}${braced(element, 'm:den')}`;
}

function radical(element: XmlElement): string {
  const degree = part(element, 'm:deg').trim();
  return `\\sqrt${degree === '' ? '' : `[${degree}]`}${braced(element, 'm:e')}`;
}

function nary(element: XmlElement): string {
  const operator = latexOf(property(element, 'm:naryPr', 'm:chr') ?? '∫').trim();
  const below = part(element, 'm:sub').trim();
  const above = part(element, 'm:sup').trim();
  return `${operator}${below && `_{${below}}`}${above && `^{${above}}`}${braced(element, 'm:e')}`;
}

function delimiter(element: XmlElement): string {
  const begin = property(element, 'm:dPr', 'm:begChr') ?? '(';
  const end = property(element, 'm:dPr', 'm:endChr') ?? ')';
  const separator = property(element, 'm:dPr', 'm:sepChr') ?? '|';
  return `\\left${fence(begin)}${entries(element).join(latexOf(separator))}\\right${fence(end)}`;
}

/** An empty delimiter is a dot in LaTeX. */
function fence(character: string): string {
  return character === '' ? '.' : latexOf(character);
}

function groupCharacter(element: XmlElement): string {
  const character = property(element, 'm:groupChrPr', 'm:chr') ?? '⏟';
  const above = property(element, 'm:groupChrPr', 'm:pos') === 'top';
  const command = STRETCHED[character];
  if (command !== undefined) return `\\${command}${braced(element, 'm:e')}`;
  return above
    ? `\\overset{${latexOf(character).trim()}}${braced(element, 'm:e')}`
    : `\\underset{${latexOf(character).trim()}}${braced(element, 'm:e')}`;
}
