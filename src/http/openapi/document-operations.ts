import { Joi } from 'celebrate';
import { JSON_TYPE } from '../content.js';
import { API } from '../paths.js';
import { ASSET_NAMES, type AssetName } from './docs-page.js';
import type { ApiDocument } from './document.js';
import { CONTENT_LENGTH, CONTENT_SECURITY_POLICY, ETAG, LOCATION, REQUEST_HEADERS } from './headers.js';
import type { Answer, Operation } from './operation.js';
import { objectOf, text, type Schema } from './schema.js';

const NOT_MODIFIED: Answer = { description: 'The client has it already.', headers: { ETag: ETAG } };

const once = (description: string, mediaTypes: readonly string[], schema: Schema): Answer => ({
  description,
  headers: { ETag: ETAG, 'Content-Length': CONTENT_LENGTH, 'Content-Security-Policy': CONTENT_SECURITY_POLICY },
  content: Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }])),
});

export const showDocument: Operation = {
  method: 'get',
  path: `${API}/openapi.json`,
  id: 'getDocument',
  tag: 'Operation',
  summary: 'This document',
  open: true,
  headers: [REQUEST_HEADERS.ifNoneMatch],
  answers: {
    200: once(
      'OpenAPI 3.1.',
      [JSON_TYPE],
      objectOf<ApiDocument>({
        openapi: { type: 'string', pattern: '^3\\.1\\.' },
        info: { type: 'object' },
        servers: { type: 'array' },
        security: { type: 'array' },
        tags: { type: 'array' },
        paths: { type: 'object' },
        components: { type: 'object' },
      }),
    ),
    304: NOT_MODIFIED,
  },
};

export const showDocs: Operation = {
  method: 'get',
  path: `${API}/docs`,
  id: 'getDocs',
  tag: 'Operation',
  summary: 'This document as a page',
  description: 'For a browser; calls can be tried there. Nothing is loaded from elsewhere.',
  open: true,
  headers: [REQUEST_HEADERS.ifNoneMatch],
  answers: {
    200: once('The page.', ['text/html'], text),
    304: NOT_MODIFIED,
    308: {
      description: 'Asked for with a slash at the end, where its links would lead astray.',
      headers: { Location: LOCATION },
    },
  },
};

export const showDocsAsset: Operation<{ asset: AssetName }> = {
  method: 'get',
  path: `${API}/docs/:asset`,
  id: 'getDocsAsset',
  tag: 'Operation',
  summary: 'What the page loads',
  open: true,
  params: Joi.object<{ asset: AssetName }>({
    asset: Joi.string()
      .valid(...ASSET_NAMES)
      .required()
      .example('page.js'),
  }),
  headers: [REQUEST_HEADERS.ifNoneMatch],
  answers: {
    200: once('A script, a style or an image.', ['text/javascript', 'text/css', 'image/png'], {}),
    304: NOT_MODIFIED,
  },
};
