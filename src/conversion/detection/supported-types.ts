import { FORMATS, FORMAT_NAMES } from '../formats/registry.js';

/** A supported format, for documentation and messages. */
export interface SupportedType {
  readonly format: string;
  readonly title: string;
  readonly mimeTypes: readonly string[];
  /** With the dot. */
  readonly extensions: readonly string[];
}

export const SUPPORTED_TYPES: readonly SupportedType[] = Object.freeze(
  FORMAT_NAMES.map((format) => {
    const { title, types } = FORMATS[format];
    return {
      format,
      title,
      mimeTypes: types.map(({ mimeType }) => mimeType),
      extensions: types.flatMap(({ extensions }) => extensions),
    };
  }),
);

/** All supported types as one phrase: `PDF (.pdf), Word (.docx .dotx …), …`. */
export function describeSupportedTypes(): string {
  return SUPPORTED_TYPES.map(({ title, extensions }) => `${title} (${extensions.join(' ')})`).join(', ');
}
