import pgQuery from 'libpg-query';

/**
 * What is wrong with a file of `db/`, one line each. Read by PostgreSQL's own parser, so comments, strings and nested
 * queries are taken for what they are.
 *
 * @param {string} source
 * @param {{ statement: boolean }} kind whether it is one statement of the service, or a script of several
 * @returns {Promise<string[]>}
 */
export async function findSqlProblems(source, { statement }) {
  let tree;
  try {
    tree = await pgQuery.parse(source);
  } catch (error) {
    return [`cannot be parsed: ${error instanceof Error ? error.message : String(error)}`];
  }
  if (!statement) return [];
  const problems = new Set();
  if (!/^-- \w/.test(source)) problems.add('has no comment at its top that says what it is for');
  if (tree.stmts?.length !== 1) problems.add(`holds ${tree.stmts?.length ?? 0} statements, not one`);
  visit(tree, (type, node) => {
    if (type === 'A_Star') problems.add('has a * where columns are to be listed');
    if (type === 'InsertStmt' && !node.cols?.length) problems.add('inserts without a list of columns');
    if ((type === 'UpdateStmt' || type === 'DeleteStmt') && !node.whereClause)
      problems.add('changes rows without a WHERE');
  });
  return [...problems];
}

/**
 * @param {unknown} node
 * @param {(type: string, node: Record<string, any>) => void} look told of each part of the tree, by its type
 */
function visit(node, look) {
  if (typeof node !== 'object' || node === null) return;
  for (const [type, child] of Object.entries(node)) {
    if (typeof child === 'object' && child !== null && !Array.isArray(child)) look(type, child);
    visit(child, look);
  }
}
