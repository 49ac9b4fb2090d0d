import { readFileSync } from 'node:fs';

/** The package's folder; `src/conversion` and `dist/conversion` lie equally deep in it. */
const PACKAGE_ROOT = new URL('../../', import.meta.url);

const manifest = JSON.parse(readFileSync(new URL('package.json', PACKAGE_ROOT), 'utf8')) as {
  name: string;
  version: string;
};

/** How this package names itself to the other side of an MCP connection. */
export const IMPLEMENTATION = Object.freeze({ name: manifest.name, version: manifest.version });

/** The compiled entry of a converter child, also when the caller itself runs uncompiled. */
export const CONVERTER_ENTRY = new URL('dist/conversion/server/main.js', PACKAGE_ROOT);
