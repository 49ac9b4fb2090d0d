import type { ApiDocument } from '../../src/http/openapi/document.js';
import { deepResolve, type Schema } from './schema-values.js';

/** What a parameter of the document says of itself. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly example?: unknown;
  readonly schema: Schema;
}

/** An operation of the document, references resolved. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Record<string, { schema: Schema; examples: Record<string, { value: Record<string, unknown> }> }>;
  };
  readonly responses: Record<string, { content?: Record<string, { schema: { allOf?: { properties?: object }[] } }> }>;
}

/** All of the document's. */
export function operationsOf(document: ApiDocument): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => ({ method, path, ...(deepResolve(document, operation) as object) }) as Operation,
    ),
  );
}
