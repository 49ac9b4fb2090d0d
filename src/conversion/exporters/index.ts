import type { ExportFormat } from '../client/converter.js';
import type { Exporter } from './exporter.js';
import { htmlExporter } from './html.js';
import { jsonExporter } from './json.js';
import { markdownExporter } from './markdown.js';

/** Every export by its name; the only place where one is registered. */
export const exporters: Readonly<Record<ExportFormat, Exporter>> = Object.freeze({
  markdown: markdownExporter,
  html: htmlExporter,
  json: jsonExporter,
});
