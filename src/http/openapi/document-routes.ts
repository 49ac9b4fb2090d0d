import type { Router } from 'express';
import { JSON_TYPE } from '../content.js';
import { DOCS_POLICY, DocsPage } from './docs-page.js';
import { showDocs, showDocsAsset, showDocument } from './document-operations.js';
import type { ApiDocument } from './document.js';
import { lastingContent, sendLasting, type LastingContent } from './lasting-content.js';
import { mount } from './operation.js';

/** The document, and a page that shows it. It is made when it is first asked for. */
export function addDocumentRoutes(router: Router, makeDocument: () => ApiDocument): void {
  const docs = new DocsPage();
  let document: LastingContent | undefined;
  mount(router, showDocument, (request, response) => {
    document ??= lastingContent(JSON_TYPE, JSON.stringify(makeDocument()));
    sendLasting(request, response, document);
  });
  mount(router, showDocs, (request, response) => {
    if (request.path.endsWith('/')) {
      response.status(308).location('../docs').end();
      return;
    }
    response.set('Content-Security-Policy', DOCS_POLICY);
    sendLasting(request, response, docs.page);
  });
  mount(router, showDocsAsset, async (request, response) => {
    sendLasting(request, response, await docs.asset(request.params.asset));
  });
}
