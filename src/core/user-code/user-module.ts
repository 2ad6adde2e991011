import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import * as nodeModule from 'node:module';
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
  const tsx = await import('tsx/esm/api');
  const unregister = tsx.register();
  registerHooks();
  try {
    const url = pathToFileURL(path);
    url.searchParams.set(VERSION_KEY, hash);
    return { exports: (await import(url.href)) as Readonly<Record<string, unknown>>, hash };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`can't be loaded: ${printable(reason.split('\n', 3).join(' '), 500)}`, { cause: error });
  } finally {
    await unregister();
  }
}

/** Key of the hash in the URL of a user's module, and of those that it imports by a path. */
const VERSION_KEY = 'sluice-step';

/** What is known of a module when its name has been resolved. */
interface Resolved {
  readonly url: string;
  readonly format?: string | null;
  readonly shortCircuit?: boolean;
}

/** `registerHooks` of Node.js 22.15 and later, as far as we use it. */
interface SyncHooks {
  registerHooks?(hooks: {
    resolve(name: string, context: { parentURL?: string }, next: (name: string, context: object) => Resolved): Resolved;
  }): void;
}

/**
 * Has `sluice` lead to this package, whatever the user's folder has installed, from now on; and has a user's module that
 * imports or exports be an ES module, whatever the package.json above it says, or where there is none.
 *
 * Hooks are asked in the reverse order of their registration, those of `registerHooks` first: ours must be of the same sort
 * as those of tsx, and come behind them.
 */
function registerHooks(): void {
  const own: Resolved = { url: import.meta.resolve('sluice'), format: 'module', shortCircuit: true };
  const { registerHooks: registerSync }: SyncHooks & typeof nodeModule = nodeModule;
  if (registerSync !== undefined) {
    registerSync({
      resolve: (name, context, next) =>
        name === 'sluice'
          ? own
          : asModule(next(name, context), { name, parent: context.parentURL, key: VERSION_KEY, read: readFileSync }),
    });
    return;
  }
  const text = `
    import { readFileSync as read } from 'node:fs';
    const key = '${VERSION_KEY}';
    ${asModule}
    export const resolve = async (name, context, next) =>
      name === 'sluice'
        ? ${JSON.stringify(own)}
        : asModule(await next(name, context), { name, parent: context.parentURL, key, read });`;
  nodeModule.register(`data:text/javascript,${encodeURIComponent(text)}`);
}

interface Import {
  readonly name: string;
  /** The URL of the module that imports. */
  readonly parent: string | undefined;
  readonly key: string;
  read(path: URL, encoding: 'utf8'): string;
}

/** Its text becomes part of another module: it uses its arguments alone. */
function asModule(found: Resolved, { name, parent, key, read }: Import): Resolved {
  const { pathname, searchParams } = new URL(found.url);
  const isBeside = /^\.{0,2}\//.test(name) && parent !== undefined;
  const hash = searchParams.get(key) ?? (isBeside ? new URL(parent).searchParams.get(key) : null);
  // To what it takes for CommonJS, tsx may add the query once more, escaped.
  const [path = ''] = pathname.split(`%3F${key}=`);
  if (hash === null || !/\.[jt]sx?$/.test(path)) return found;
  const url = new URL(path, 'file:');
  if (!/^\s*(?:import|export)\b/m.test(read(url, 'utf8'))) return found;
  url.searchParams.set(key, hash);
  return { ...found, url: url.href, format: 'module' };
}
