import {
  defaultTreeAdapter,
  parse,
  type DefaultTreeAdapterMap,
  type DefaultTreeAdapterTypes,
  type TreeAdapter,
} from 'parse5';
import { AppError } from '../../../errors.js';
import { LIMITS } from '../../limits.js';

export type HtmlNode = DefaultTreeAdapterTypes.ChildNode;
export type HtmlElement = DefaultTreeAdapterTypes.Element;
export type HtmlDocument = DefaultTreeAdapterTypes.Document;

/**
 * Open elements at which parsing stops: the parser looks through all of them at every tag. Pages
 * that forget end tags reach hundreds.
 */
const OPEN_ELEMENTS = 20 * LIMITS.depth;

/** An element of the parser's tree takes some 400 bytes, five times a node of XML. */
const ELEMENTS = LIMITS.nodes / 4;

/**
 * Parses a page as a browser does.
 *
 * @throws AppError E305 when it has too many elements, or too deep ones.
 */
export function parseHtml(source: string): HtmlDocument {
  return parse(source, { treeAdapter: boundedTreeAdapter(), scriptingEnabled: true });
}

function boundedTreeAdapter(): TreeAdapter<DefaultTreeAdapterMap> {
  let elements = 0;
  let open = 0;
  const count = (): void => {
    elements += 1;
    if (elements > ELEMENTS) throw new AppError('E305', `The page has more than ${ELEMENTS} elements.`);
  };
  return {
    ...defaultTreeAdapter,
    createElement(tagName, namespace, attributes) {
      count();
      return defaultTreeAdapter.createElement(tagName, namespace, attributes);
    },
    createCommentNode(data) {
      count();
      return defaultTreeAdapter.createCommentNode(data);
    },
    onItemPush() {
      open += 1;
      if (open > OPEN_ELEMENTS) throw new AppError('E305', `The page nests more than ${OPEN_ELEMENTS} elements.`);
    },
    onItemPop() {
      open -= 1;
    },
  };
}
