/** The languages of docling-core's CodeLanguageLabel; a document with another is refused there. */
export const CODE_LANGUAGES = [
  ...['Ada', 'Awk', 'Bash', 'bc', 'C', 'C#', 'C++', 'CMake', 'COBOL', 'CSS', 'Ceylon', 'Clojure', 'Crystal', 'Cuda'],
  ...['Cython', 'D', 'Dart', 'dc', 'Dockerfile', 'Elixir', 'Erlang', 'FORTRAN', 'Forth', 'Go', 'HTML', 'Haskell'],
  ...['Haxe', 'Java', 'JavaScript', 'Julia', 'Kotlin', 'Lisp', 'Lua', 'Matlab', 'MoonScript', 'Nim', 'OCaml'],
  ...['ObjectiveC', 'Octave', 'PHP', 'Pascal', 'Perl', 'Prolog', 'Python', 'Racket', 'Ruby', 'Rust', 'SML', 'SQL'],
  ...['Scala', 'Scheme', 'Swift', 'TypeScript', 'unknown', 'VisualBasic', 'XML', 'YAML'],
] as const;

const ALIASES: Readonly<Record<string, string>> = {
  cpp: 'C++',
  cs: 'C#',
  csharp: 'C#',
  golang: 'Go',
  js: 'JavaScript',
  jsx: 'JavaScript',
  kt: 'Kotlin',
  'objective-c': 'ObjectiveC',
  pl: 'Perl',
  py: 'Python',
  python3: 'Python',
  rb: 'Ruby',
  rs: 'Rust',
  sh: 'Bash',
  shell: 'Bash',
  console: 'Bash',
  ts: 'TypeScript',
  tsx: 'TypeScript',
  vb: 'VisualBasic',
  yml: 'YAML',
  zsh: 'Bash',
};

const byLowerCase = new Map<string, string>([
  ...CODE_LANGUAGES.map((language): [string, string] => [language.toLowerCase(), language]),
  ...Object.entries(ALIASES),
]);

/** Docling's label of the language that people call `name` (`py`, `C++`, `shell`), or `unknown`. */
export function codeLanguage(name: string): string {
  return byLowerCase.get(name.trim().toLowerCase()) ?? 'unknown';
}
