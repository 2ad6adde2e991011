import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/files/samples.ts';
import { mainPath, runSluice } from './helpers/processes/cli.ts';

const dist = dirname(mainPath);

test('no start loads a package: what is imported outright is part of the build', () => {
  const entries = readdirSync(dist).filter((file) => file.endsWith('.js'));
  assert.ok(entries.includes('main.js') && entries.includes('index.js'));
  const packages = entries.flatMap((file) => {
    const outside = staticImports(file).filter((name) => !name.startsWith('./') && !isBuiltin(name));
    return outside.map((name) => `${file.replace(/-[A-Z0-9]{8}\.js$/, '')}: ${name}`);
  });
  // Chunks of their own, which are loaded on use.
  assert.deepEqual([...new Set(packages)].sort(), [
    'cookies: tough-cookie',
    'module-hooks: tsx/esm/api',
    'parquet-file: hyparquet-writer',
  ]);
});

test('the version is told without the stages and the commands', () => {
  const files = new Set(['main.js']);
  // Also those that are found on the way.
  for (const file of files) for (const name of staticImports(file)) if (name.startsWith('./')) files.add(name.slice(2));
  const text = [...files].map((file) => readFileSync(join(dist, file), 'utf8')).join('');
  const sources = Array.from(
    text.matchAll(/^\/\/ (src\/\S+|node_modules\/(?:@[^/]+\/)?[^/]+)/gm),
    ([, source]) => source,
  );
  assert.ok(sources.includes('src/cli/command-line.ts'));
  for (const heavy of [
    'node_modules/zod',
    'node_modules/undici',
    'src/stages/registry.ts',
    'src/cli/commands/links.ts',
  ]) {
    assert.equal(sources.includes(heavy), false, heavy);
  }
});

test('the licence of every package that is part of the build is in it', () => {
  const text = readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const imported = sources
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .flatMap((file) => [...readFileSync(join(root, 'src', file), 'utf8').matchAll(IMPORT_OF_PACKAGE)])
    .map(([, name = '']) => name);
  const bundled = [...new Set(imported)].filter((name) => name === 'zod' || !(name in dependencies));
  assert.ok(bundled.includes('undici') && bundled.includes('ipaddr.js'), bundled.join());
  for (const name of [...bundled, 'entities'])
    assert.match(text, new RegExp(`^${name.replace('.', '\\.')} \\d+\\.\\d+`, 'm'));
});

test('help is ASCII: the build counts its characters as columns', async () => {
  for (const args of [['--help'], ['check', '--help'], ['test', '--help'], ['init', '--help']]) {
    const { stdout } = await runSluice(args, { env: { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' } });
    assert.match(stdout, /^[\n -~]+$/);
    assert.match(stdout, /^Options:$/m);
  }
});

/** `import { Tokenizer } from 'htmlparser2';` */
const IMPORT_OF_PACKAGE = /^import (?!type).* from '(?![.]|node:)((?:@[^/']+\/)?[^/']+)[^']*';$/gm;

/** What a file of the build imports by `import .. from`, as it is written there. */
function staticImports(file: string): string[] {
  const text = readFileSync(join(dist, file), 'utf8');
  const found = text.matchAll(/^(?:import |export |\} from )(?:[^;'"]*?from )?"([^"\n]+)";$/gm);
  return Array.from(found, ([, name = '']) => name);
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}
