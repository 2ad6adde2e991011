import { readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { type NamespacedUnregister, register } from 'tsx/esm/api';

/** Key of the version in the URL of a user's module, and of those that it imports by a path. */
const VERSION_KEY = 'sluice-step';

/** Key of the name in the URL of a module that tsx is to look after, and the name. It leaves others alone. */
const SCOPE_KEY = 'tsx-namespace';
const SCOPE = 'sluice';
const KEYS = { versionKey: VERSION_KEY, scopeKey: SCOPE_KEY };

/**
 * The hooks by which modules of users are loaded. They belong to the process and can't be taken back: all that are registered
 * are asked for every import from then on. So this is done once: when this module is imported, which is only when the first
 * of those modules is loaded.
 */
const scoped = registerHooks();

/**
 * Imports a version of a module of a user's, and what it imports by a path, in TypeScript or JavaScript; gives its exports.
 *
 * `version`: another one than before is loaded again. Errors: whatever the loading or the module throws.
 */
export async function importVersion(module: URL, version: string): Promise<Readonly<Record<string, unknown>>> {
  const url = new URL(module);
  url.searchParams.set(VERSION_KEY, version);
  return await scoped.import(url.href, import.meta.url);
}

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
function registerHooks(): NamespacedUnregister {
  const tsx = register({ namespace: SCOPE });
  const own: Resolved = { url: import.meta.resolve('sluice'), format: 'module', shortCircuit: true };
  const { registerHooks: registerSync }: SyncHooks & typeof nodeModule = nodeModule;
  if (registerSync !== undefined) {
    registerSync({
      resolve: (name, context, next) =>
        name === 'sluice'
          ? own
          : asModule(next(name, context), { name, parent: context.parentURL, ...KEYS, read: readFileSync }),
    });
    return tsx;
  }
  const text = `
    import { readFileSync as read } from 'node:fs';
    ${asModule}
    export const resolve = async (name, context, next) =>
      name === 'sluice'
        ? ${JSON.stringify(own)}
        : asModule(await next(name, context), { name, parent: context.parentURL, ...${JSON.stringify(KEYS)}, read });`;
  nodeModule.register(`data:text/javascript,${encodeURIComponent(text)}`);
  return tsx;
}

interface Import {
  readonly name: string;
  /** The URL of the module that imports. */
  readonly parent: string | undefined;
  readonly versionKey: string;
  readonly scopeKey: string;
  read(path: URL, encoding: 'utf8'): string;
}

/** Its text becomes part of another module: it uses its arguments alone, and has no functions in it, which tsx would give names by one. */
function asModule(found: Resolved, { name, parent, versionKey, scopeKey, read }: Import): Resolved {
  const url = new URL(found.url);
  const isBeside = /^\.{0,2}\//.test(name) && parent !== undefined;
  const inherited = isBeside ? new URL(parent).searchParams : new URLSearchParams();
  const version = url.searchParams.get(versionKey) ?? inherited.get(versionKey);
  const scope = url.searchParams.get(scopeKey) ?? inherited.get(scopeKey);
  // To the path of what it takes for CommonJS, tsx may add a query, escaped.
  const [path = ''] = url.pathname.split(new RegExp(`%3F(?:${versionKey}|namespace)=`));
  if (version === null || !/\.[jt]sx?$/.test(path)) return found;
  const file = new URL(path, 'file:');
  if (!/^\s*(?:import|export)\b/m.test(read(file, 'utf8'))) return found;
  file.searchParams.set(versionKey, version);
  if (scope !== null) file.searchParams.set(scopeKey, scope);
  return { ...found, url: file.href, format: 'module' };
}
