/** The name that a program gives a picture for want of another, or the name of its file. */
const NAME = /^(?:picture|image|img|graphic|chart|diagram|shape|bild|grafik|imagen|imagem|immagine)?[\s_-]*\d*$/i;
const FILE_NAME = /^[^\n]{1,255}\.(?:png|jpe?g|jfif|gif|bmp|tiff?|webp|svg|emf|wmf|heic)$/i;
/** The sentence with which Office marks what its own recognition guessed, in the languages met most. */
const GUESS = new RegExp(
  [
    'automatically generated',
    'AI-generated content',
    'automatisch generiert',
    'KI-generierte',
    'générée automatiquement',
    'généré par l.IA',
    'generada automáticamente',
    'generato automaticamente',
    'generada automaticamente',
    'gerada automaticamente',
  ].join('|'),
  'i',
);

/** An alternative text as far as a person wrote it; undefined for what programs put in its place. */
export function writtenAltText(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  return NAME.test(trimmed) || FILE_NAME.test(trimmed) || GUESS.test(trimmed) ? undefined : trimmed;
}
