import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { lastingContent, type LastingContent } from './lasting-content.js';

/** https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md */
const SETTINGS = {
  url: 'openapi.json',
  dom_id: '#page',
  // It would send the address of the document to a service elsewhere.
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
};

/**
 * Scripts and styles only from here, calls only to here; Swagger UI draws its icons from `data:`. A browser finds
 * nothing more that it would need.
 */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join(';');

export const ASSET_NAMES = [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'favicon-32x32.png',
  'page.css',
  'page.js',
] as const;
export type AssetName = (typeof ASSET_NAMES)[number];

/** Addresses are relative, so that the page works behind a proxy that puts a path before it. */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>docling-jobs: the API</title>
    <link rel="icon" type="image/png" href="docs/favicon-32x32.png" />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
    <link rel="stylesheet" href="docs/page.css" />
  </head>
  <body>
    <div id="page"></div>
    <noscript>This page needs JavaScript; the document itself is <a href="openapi.json">openapi.json</a>.</noscript>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
};

const OWN: Partial<Record<AssetName, string>> = {
  'page.css': 'body { margin: 0; }\n',
  'page.js': `SwaggerUIBundle(${JSON.stringify(SETTINGS)});\n`,
};

/** The page and what it loads; each is read once, when it is first asked for. */
export class DocsPage {
  readonly page = lastingContent('text/html; charset=utf-8', PAGE);
  private readonly loaded = new Map<AssetName, Promise<LastingContent>>();

  async asset(name: AssetName): Promise<LastingContent> {
    const known = this.loaded.get(name);
    if (known) return known;
    const loading = load(name);
    this.loaded.set(name, loading);
    loading.catch(() => this.loaded.delete(name));
    return loading;
  }
}

async function load(name: AssetName): Promise<LastingContent> {
  const mediaType = MEDIA_TYPES[path.extname(name)] ?? 'application/octet-stream';
  const own = OWN[name];
  if (own !== undefined) return lastingContent(mediaType, own);
  const folder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return lastingContent(mediaType, await readFile(path.join(folder, name)));
}
