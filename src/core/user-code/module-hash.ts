import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, relative, resolve } from 'node:path';

/**
 * Gives a hash of the texts of a module and of all that it imports by a relative path, and those in turn: what its behaviour is made
 * of, but for installed packages and the files that it reads.
 *
 * The same wherever the folder stands. `text` is that of the module. A path that is made while it runs is not followed.
 */
export async function moduleHash(path: string, text: string): Promise<string> {
  const texts = new Map([[path, text]]);
  // Also those that are found on the way.
  for (const [importer, imported] of texts) {
    for (const specifier of relativeImports(imported)) {
      const found = await fileOf(resolve(dirname(importer), specifier));
      if (found !== undefined && !texts.has(found)) texts.set(found, await readFile(found, 'utf8'));
    }
  }
  const names = [...texts].map(([file, content]) => [relative(dirname(path), file), content] as const);
  const sorted = names.sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('base64url');
}

/** `from './a'`, `import './a'`, `import('./a')`, `require('./a')`. One in a comment does no harm. */
const RELATIVE_IMPORT = /\b(?:from|import|require)\s*\(?\s*(["'])(\.{1,2}\/[^"'\n]+)\1/g;

function relativeImports(text: string): readonly string[] {
  return Array.from(text.matchAll(RELATIVE_IMPORT), ([, , specifier = '']) => specifier);
}

/** What an import without an extension, or of a folder, may mean. */
const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];

/** What TypeScript may have under the name of what is compiled from it. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
};

/** The file that an import leads to; undefined where there is none: loading the module tells that. */
async function fileOf(path: string): Promise<string | undefined> {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const sources = (SOURCES[extension] ?? []).map((ending) => stem + ending);
  const others = ENDINGS.flatMap((ending) => [path + ending, `${path}/index${ending}`]);
  for (const candidate of [path, ...sources, ...others]) {
    const found = await stat(candidate).catch(() => undefined);
    if (found?.isFile() === true) return candidate;
  }
  return undefined;
}
