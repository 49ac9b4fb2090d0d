import { p, r, read } from '../../../support/word-package.js';

describe('docx: equations', () => {
  const t = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
  const e = (name: string, content: string) => `<m:${name}>${content}</m:${name}>`;
  const latex = async (omml: string) => (await read(p(`<m:oMathPara><m:oMath>${omml}</m:oMath></m:oMathPara>`)))[0];

  it.each([
    ['a fraction', e('f', e('num', t('a')) + e('den', t('b'))), '\\frac{a}{b}'],
    ['scripts', e('sSubSup', e('e', t('x')) + e('sub', t('i')) + e('sup', t('2'))), 'x_{i}^{2}'],
    [
      'a power of a fraction',
      e('sSup', e('e', e('f', e('num', t('a')) + e('den', t('b')))) + e('sup', t('n'))),
      '{\\frac{a}{b}}^{n}',
    ],
    ['a root', e('rad', e('deg', t('3')) + e('e', t('x'))), '\\sqrt[3]{x}'],
    [
      'a sum',
      e('nary', '<m:naryPr><m:chr m:val="∑"/></m:naryPr>' + e('sub', t('i=1')) + e('sup', t('n')) + e('e', t('i'))),
      '\\sum_{i=1}^{n}{i}',
    ],
    [
      'delimiters',
      e('d', '<m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr>' + e('e', t('x'))),
      '\\left[x\\right.',
    ],
    ['a function', e('func', e('fName', t('sin')) + e('e', t('θ'))), '\\sin{\\theta}'],
    ['a limit', e('limLow', e('e', t('lim')) + e('lim', t('x→0'))), '\\lim_{x\\to 0}'],
    [
      'a matrix',
      e('m', e('mr', e('e', t('1')) + e('e', t('0'))) + e('mr', e('e', t('0')) + e('e', t('1')))),
      '\\begin{matrix}1 & 0 \\\\ 0 & 1\\end{matrix}',
    ],
    ['an accent', e('acc', '<m:accPr><m:chr m:val="\u20d7"/></m:accPr>' + e('e', t('v'))), '\\vec{v}'],
    [
      'a binomial',
      e('d', e('e', e('f', '<m:fPr><m:type m:val="noBar"/></m:fPr>' + e('num', t('n')) + e('den', t('k'))))),
      '\\left(\\genfrac{}{}{0pt}{}{n}{k}\\right)',
    ],
    [
      'a brace with its label',
      e('limLow', e('e', e('limLow', e('e', t('a+b')) + e('lim', t('⏟')))) + e('lim', t('n'))),
      '\\underbrace{a+b}_{n}',
    ],
    ['a limit above', e('limUpp', e('e', t('=')) + e('lim', t('def'))), '\\overset{def}{=}'],
    ['a maximum', e('limLow', e('e', t('argmax')) + e('lim', t('x'))), '\\operatorname{argmax}_{x}'],
    [
      'aligned lines',
      e('eqArr', e('e', t('a&amp;=b')) + e('e', t('&amp;=c'))),
      '\\begin{aligned}a&=b \\\\ &=c\\end{aligned}',
    ],
    ['a numbered line', e('eqArr', e('e', t('a=b#') + e('d', e('e', t('1'))))), 'a=b \\tag{1}'],
    ['broken', `${t('a=b')}<m:r><w:br/></m:r>${t('=c')}<m:r><w:br/></m:r>`, 'a=b \\\\ =c'],
    [
      'other alphabets',
      '<m:r><m:rPr><m:scr m:val="double-struck"/></m:rPr><m:t>R</m:t></m:r>' + t('𝒜𝐱𝑦𝛼'),
      '\\mathbb{R}\\mathcal{A}\\mathbf{x}y\\alpha',
    ],
    ['an upright function', '<m:r><m:rPr><m:sty m:val="p"/></m:rPr><m:t>sin</m:t></m:r>' + t('x'), '\\sin x'],
    ['a bar', e('acc', '<m:accPr><m:chr m:val="‾"/></m:accPr>' + e('e', t('x'))), '\\bar{x}'],
    ['words with signs', '<m:r><m:rPr><m:nor/></m:rPr><m:t>100% of a_b</m:t></m:r>', '\\text{100\\% of a\\_b}'],
    [
      'words and symbols',
      t('α≤50%') + '<m:r><m:rPr><m:nor/></m:rPr><m:t>if so</m:t></m:r>',
      '\\alpha \\leq 50\\%\\text{if so}',
    ],
  ])('when a paragraph is %s, then it is a formula in LaTeX', async (_, omml, expected) => {
    expect(await latex(omml)).toBe(`formula: ${expected}`);
  });

  it('when an equation stands within text, then it is one piece of the line', async () => {
    expect(await read(p(`${r('Let ')}<m:oMath>${t('x')}</m:oMath>${r(' be.')}`))).toEqual([
      'inline group',
      '  text: Let ',
      '  formula: x',
      '  text:  be.',
    ]);
  });
});
