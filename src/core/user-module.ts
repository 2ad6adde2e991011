import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { ConfigError } from './errors.ts';
import { printable } from './printable.ts';

/** A module that a user has written. */
export interface UserModule {
  readonly exports: Readonly<Record<string, unknown>>;
  /** A hash of its file's text. */
  readonly hash: string;
}

/**
 * Loads a module of a user's own, in TypeScript or JavaScript, by its absolute path.
 *
 * It may import from `sluice`, wherever it stands, and gets the classes of this very process.
 * Errors: ConfigError where there is none, and where it can't be loaded, with the reason.
 */
export async function importUserModule(path: string): Promise<UserModule> {
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(`can't be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}`);
  });
  // Not found again under another name when it has changed meanwhile: a process that tests a pipeline twice.
  const hash = createHash('sha256').update(text).digest('base64url');
  const tsx = await import('tsx/esm/api');
  resolveOwnName();
  const unregister = tsx.register();
  try {
    const url = pathToFileURL(path);
    url.searchParams.set('version', hash);
    return { exports: (await import(url.href)) as Readonly<Record<string, unknown>>, hash };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`can't be loaded: ${printable(reason.split('\n', 3).join(' '), 500)}`, { cause: error });
  } finally {
    await unregister();
  }
}

/** Has `sluice` lead to this package, whatever the user's folder has installed, from now on. */
function resolveOwnName(): void {
  const own = JSON.stringify(import.meta.resolve('sluice'));
  const hooks = `export async function resolve(name, context, next) {
    if (name !== 'sluice') return next(name, context);
    return { url: ${own}, format: 'module', shortCircuit: true };
  }`;
  register(`data:text/javascript,${encodeURIComponent(hooks)}`);
}
