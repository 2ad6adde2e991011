import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = new URL('../', import.meta.url);
const made = new Map<string, Promise<URL>>();

/**
 * Gives a module of `src` as plain JavaScript, by its path there: what runs TypeScript adds some code of its own, and the build has
 * no file for it. Within a process it is made once.
 */
export function compiled(path: string): Promise<URL> {
  const url = made.get(path) ?? compile(path);
  made.set(path, url);
  return url;
}

/** Beside `dist`, so that packages are found. */
async function compile(path: string): Promise<URL> {
  const file = new URL(`dist.bench/${path.replace(/\.ts$/, '.js')}`, ROOT);
  await build({
    entryPoints: [fileURLToPath(new URL(`src/${path}`, ROOT))],
    outfile: fileURLToPath(file),
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
  });
  return file;
}
