import { canInstall, installDebianPackages } from './apt.mjs';
import { missingTools, TOOLS } from './tools.mjs';

/**
 * Installs what is missing where that may be done; else says what to install, and ends the process with 1.
 *
 * @param {string} who needs them, at the beginning of a sentence
 * @param {readonly string[]} tools
 */
export async function provideTools(who, tools) {
  let missing = missingTools(tools);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => TOOLS[tool]?.package ?? tool))];
  if (canInstall() && (await installDebianPackages(packages))) missing = missingTools(tools);
  if (missing.length === 0) return;
  console.error(`${who} needs ${missing.join(', ')}: apt-get install ${packages.join(' ')}`);
  process.exit(1);
}
