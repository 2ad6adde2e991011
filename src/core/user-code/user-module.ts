import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../errors.ts';
import { printable } from '../printable.ts';
import { moduleHash } from './module-hash.ts';

/** A module that a user has written. */
export interface UserModule {
  readonly exports: Readonly<Record<string, unknown>>;
  /** See `moduleHash`. */
  readonly hash: string;
}

/**
 * Loads a module of a user's own, in TypeScript or JavaScript, by its absolute path.
 *
 * It may import from `sluice`, wherever it stands, and gets the classes of this very process.
 * Errors: ConfigError where there is none, and where it can't be loaded, with the reason.
 */
export async function importUserModule(path: string): Promise<UserModule> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`can't be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  });
  // Not found again under another name when it has changed meanwhile: a process that tests a pipeline twice.
  const hash = await moduleHash(path, text);
  try {
    const { importVersion } = await import('./module-hooks.ts');
    return { exports: await importVersion(pathToFileURL(path), hash), hash };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`can't be loaded: ${printable(reason.split('\n', 3).join(' '), 500)}`, { cause: error });
  }
}
