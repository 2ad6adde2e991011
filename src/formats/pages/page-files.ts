import { type Stats, statSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { StageError } from '../../core/errors.ts';
import type { PageType } from '../../core/record.ts';
import { extensionOf } from '../compression.ts';
import { unreadable } from '../inputs/input-file.ts';

/** A file that is a page. */
export interface PageFile {
  /** As the user would name it. */
  readonly name: string;
  /** Where it stands below the folder that was named or that a pattern begins with, with `/`. */
  readonly below: string;
  readonly type: PageType;
}

const TYPES: Readonly<Record<string, PageType>> = {
  htm: 'html',
  html: 'html',
  xhtml: 'html',
  atom: 'xml',
  rss: 'xml',
  xml: 'xml',
  txt: 'text',
};

/**
 * Finds the pages that files, folders and patterns (`**`, `*`, `?`, `[ab]`, `{a,b}`) name: in the order of these, and for
 * each in that of the names' code units, each file once. What has another extension (before a `.gz` or `.zst`) is no page,
 * unless it is named itself: then it counts as HTML. Names that begin with a dot are passed over, links are not followed.
 *
 * Bound: the names of all files are held. Errors: StageError `SOURCE_UNREADABLE` for a name or pattern without a file.
 */
export async function pageFiles(
  names: readonly string[],
  types: readonly PageType[],
  resolvePath: (path: string) => string,
): Promise<readonly PageFile[]> {
  const found = new Map<string, PageFile>();
  for (const name of names) {
    for (const file of await filesOf(name, types, resolvePath)) {
      if (!found.has(file.name)) found.set(file.name, file);
    }
  }
  return [...found.values()];
}

async function filesOf(
  name: string,
  types: readonly PageType[],
  resolvePath: (path: string) => string,
): Promise<readonly PageFile[]> {
  const stats = statSync(resolvePath(name), { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isDirectory()) return [namedFile(name, stats)];
  const { folder, pattern } = stats === undefined ? splitPattern(name) : { folder: name, pattern: '**' };
  if (pattern === '') throw unreadable(name, Object.assign(new Error(), { code: 'ENOENT' }));
  // Loaded by those who read files, not by every start.
  const { glob } = await import('tinyglobby');
  const options = { cwd: resolvePath(folder), expandDirectories: false, followSymbolicLinks: false };
  const below = await glob(pattern, options).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  if (stats === undefined && below.length === 0) {
    throw new StageError('SOURCE_UNREADABLE', `${name}: no file is named like that.`);
  }
  return below.sort().flatMap((path) => {
    const type = TYPES[extensionOf(path)];
    return type === undefined || !types.includes(type)
      ? []
      : [{ name: posix.join(slashed(folder), path), below: path, type }];
  });
}

function namedFile(name: string, stats: Stats): PageFile {
  if (!stats.isFile()) throw new StageError('SOURCE_UNREADABLE', `${name}: can't be read: it is no file.`);
  return { name, below: posix.basename(slashed(name)), type: TYPES[extensionOf(name)] ?? 'html' };
}

/** Divides a pattern before its first part that isn't plain text; where all of it is, the pattern is empty. */
function splitPattern(name: string): { readonly folder: string; readonly pattern: string } {
  const parts = slashed(name).split('/');
  const first = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
  if (first === -1) return { folder: name, pattern: '' };
  const folder = parts.slice(0, first).join('/');
  return { folder: folder === '' ? (first === 0 ? '.' : '/') : folder, pattern: parts.slice(first).join('/') };
}

/** Windows knows both separators; elsewhere a backslash may stand in a name. */
function slashed(path: string): string {
  return sep === '\\' ? path.replaceAll('\\', '/') : path;
}
