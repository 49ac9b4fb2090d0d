import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/** What a tool answered: fields by name, and its text. */
export interface ToolAnswer {
  /** `structuredContent`, else the text if that is a JSON object, else nothing. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string | undefined;
}

export function readAnswer(result: CallToolResult): ToolAnswer {
  const text = result.content.find((block) => block.type === 'text')?.text;
  return { fields: result.structuredContent ?? parseObject(text) ?? {}, text };
}

function parseObject(text: string | undefined): Record<string, unknown> | undefined {
  if (!text?.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
