const STEMS = '甲乙丙丁戊己庚辛壬癸';
const BRANCHES = '子丑寅卯辰巳午未申酉戌亥';
const CIRCLED = '①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳';
const RUSSIAN = 'абвгдежзиклмнопрстуфхцчшщыэюя';
const KOREAN = '가나다라마바사아자차카타파하';
const JAPANESE = 'アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン';

const FULL_WIDTH = '０１２３４５６７８９';
const IDEOGRAPHS = '〇一二三四五六七八九';
/** Word shows this zero, a circle, where it counts digit by digit. */
const COUNTING = '○一二三四五六七八九';
const LEGAL = '零壹贰叁肆伍陆柒捌玖';

/** From here on Word shows no East Asian number at all. */
const MOST_GROUPED = 1_000_000;

/** Numbers by their name in OOXML, `ST_NumberFormat`; counts below 1 and formats not listed are plain figures. */
const FORMATS: Readonly<Record<string, (count: number) => string>> = {
  lowerLetter: (count) => letters(count).toLowerCase(),
  upperLetter: letters,
  lowerRoman: (count) => roman(count).toLowerCase(),
  upperRoman: roman,
  decimalZero: (count) => String(count).padStart(2, '0'),
  numberInDash: (count) => `- ${count} -`,
  decimalFullWidth: (count) => figures(count, FULL_WIDTH),
  decimalFullWidth2: (count) => figures(count, FULL_WIDTH),
  decimalEnclosedCircle: (count) => symbol(count, CIRCLED),
  decimalEnclosedCircleChinese: (count) => symbol(count, CIRCLED),
  ideographDigital: (count) => figures(count, IDEOGRAPHS),
  japaneseDigitalTenThousand: (count) => figures(count, IDEOGRAPHS),
  ideographTraditional: (count) => symbol(count, STEMS),
  ideographZodiac: (count) => symbol(count, BRANCHES),
  chineseCounting: (count) => (count < 100 ? tens(count) : figures(count, COUNTING)),
  taiwaneseCounting: (count) => (count < 100 ? tens(count) : figures(count, COUNTING)),
  chineseCountingThousand: (count) => (count < 20 ? tens(count) : grouped(count, IDEOGRAPHS, '十百千', '万')),
  taiwaneseCountingThousand: (count) => (count < 20 ? tens(count) : grouped(count, IDEOGRAPHS, '十百千', '萬')),
  chineseLegalSimplified: (count) => grouped(count, LEGAL, '拾佰仟', '萬'),
  japaneseCounting: japanese,
  russianLower: (count) => symbol(count, RUSSIAN),
  russianUpper: (count) => symbol(count, RUSSIAN.toUpperCase()),
  ganada: (count) => symbol(count, KOREAN),
  aiueo: (count) => symbol(count, JAPANESE),
  aiueoFullWidth: (count) => symbol(count, JAPANESE),
};

/** A number of a list as Word shows it. */
export function formatNumber(count: number, format: string): string {
  const known = count >= 1 && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
  return known ? known(count) : String(count);
}

/** A to Z, then AA, BB and on, as Word counts. */
function letters(count: number): string {
  const letter = String.fromCharCode(65 + ((count - 1) % 26));
  return letter.repeat(Math.min(30, Math.ceil(count / 26)));
}

const ROMAN: readonly (readonly [number, string])[] = [
  [1000, 'M'],
  [900, 'CM'],
  [500, 'D'],
  [400, 'CD'],
  [100, 'C'],
  [90, 'XC'],
  [50, 'L'],
  [40, 'XL'],
  [10, 'X'],
  [9, 'IX'],
  [5, 'V'],
  [4, 'IV'],
  [1, 'I'],
];

function roman(count: number): string {
  if (count > 3999) return String(count);
  let left = count;
  return ROMAN.map(([worth, sign]) => {
    const times = Math.floor(left / worth);
    left -= times * worth;
    return sign.repeat(times);
  }).join('');
}

/** Each figure in another script. */
function figures(count: number, script: string): string {
  return String(count).replace(/\d/g, (figure) => script.charAt(Number(figure)));
}

/** One sign for each number, as far as there are signs. */
function symbol(count: number, signs: string): string {
  return signs.charAt(count - 1) || String(count);
}

/** 十, 十一 … 二十一: up to 99 no 一 stands before the ten. */
function tens(count: number): string {
  return grouped(count, IDEOGRAPHS, '十百千', '万').replace(/^一(?=十)/, '');
}

/** Every figure with its unit; one zero wherever places before a further figure are empty. */
function grouped(count: number, script: string, units: string, myriad: string): string {
  if (count >= MOST_GROUPED) return '';
  const zero = script.charAt(0);
  const places = [...String(count)].reverse().map((figure, power) => {
    const unit = figure === '0' ? '' : units.charAt((power % 4) - 1);
    // A zero in the place of the ten thousands is read after them.
    const end = power === 4 ? myriad : '';
    return figure === '0' ? end + zero : script.charAt(Number(figure)) + unit + end;
  });
  return places
    .reverse()
    .join('')
    .replace(new RegExp(`${zero}+`, 'g'), zero)
    .replace(new RegExp(`${zero}$`), '');
}

/** No zeros, and no 一 before ten, hundred and thousand, unless the thousand follows ten thousands. */
function japanese(count: number): string {
  if (count >= MOST_GROUPED) return '';
  const [rest, myriads = ''] = grouped(count, IDEOGRAPHS, '十百千', '万').replaceAll('〇', '').split('万').reverse();
  const short = (text: string) => text.replace(/一(?=[十百])/g, '');
  if (myriads === '') return short(rest ?? '').replace('一千', '千');
  return `${short(myriads)}万${short(rest ?? '')}`;
}
