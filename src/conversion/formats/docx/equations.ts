import type { XmlElement } from '../../package/xml-tree.js';
import { accentOf, latexOf } from './latex-symbols.js';

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
  'm:limLow': (element) => `${limitBase(element)}_${braced(element, 'm:lim')}`,
  'm:limUpp': (element) => `${limitBase(element)}^${braced(element, 'm:lim')}`,
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
  'm:eqArr': (element) => environment('aligned', entries(element)),
};

/** The LaTeX of an `m:oMath`, without dollar signs; '' for an empty one. */
export function latexFromOmml(element: XmlElement): string {
  return children(element).replace(/ {2,}/g, ' ').trim();
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
  const text =
    element
      .elements('m:t')
      .map((one) => one.text)
      .join('') +
    element
      .elements('w:t')
      .map((one) => one.text)
      .join('');
  const plain = element.path('m:rPr', 'm:nor');
  if (plain && /\p{L}{2}/u.test(text)) return `\\text{${text}}`;
  return [...text].map(latexOf).join('');
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
  return FUNCTIONS.has(latex) ? `\\${latex}` : latex;
}

function fraction(element: XmlElement): string {
  const type = property(element, 'm:fPr', 'm:type');
  if (type === 'lin') return `${part(element, 'm:num')}/${part(element, 'm:den')}`;
  if (type === 'noBar') return `\\binom${braced(element, 'm:num')}${braced(element, 'm:den')}`;
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
  if (character === '⏟' || character === '⏞')
    return `\\${character === '⏞' ? 'overbrace' : 'underbrace'}${braced(element, 'm:e')}`;
  return above
    ? `\\overset{${latexOf(character).trim()}}${braced(element, 'm:e')}`
    : `\\underset{${latexOf(character).trim()}}${braced(element, 'm:e')}`;
}
