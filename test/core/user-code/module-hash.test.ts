import assert from 'node:assert/strict';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { moduleHash } from '../../../src/core/user-code/module-hash.ts';
import { removeFolder, temporaryFolder } from '../../helpers/files/samples.ts';

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

/** A module, and what it leads to: by each form of an import, over several files, in a circle, and out of its folder. */
const FILES: Readonly<Record<string, string>> = {
  'steps/own.ts': `import { a } from './a.ts';
    import './bare.js';
    export * from "./again.js";
    const table = require('./table.json');
    const late = () => import( '../late/index.ts' );
    import { none } from './none.ts';
    import z from 'sluice';`,
  'steps/a.ts': "import './deep/b';",
  'steps/bare.js': '',
  'steps/again.ts': '// the source of again.js',
  'steps/table.json': '{}',
  'late/index.ts': '',
  'steps/deep/b/index.ts': "import type { A } from '../../a.ts';",
};

test('a change of whatever a module imports by a path, and of nothing else, gives another hash', async () => {
  for (const [name, text] of Object.entries({ ...FILES, 'steps/other.ts': '' })) await write(name, text);
  const before = await hash();
  for (const [name, text] of Object.entries(FILES)) {
    await write(name, `${text} `);
    assert.notEqual(await hash(), before, name);
    await write(name, text);
    assert.equal(await hash(), before);
  }
  await write('steps/other.ts', 'changed');
  assert.equal(await hash(), before);
  await write('steps/none.ts', 'there now');
  assert.notEqual(await hash(), before);
});

test('the hash does not depend on where the folder stands', async () => {
  for (const [name, text] of Object.entries(FILES)) await write(`one/${name}`, text);
  const before = await moduleHash(join(folder, 'one/steps/own.ts'), FILES['steps/own.ts'] ?? '');
  await rename(join(folder, 'one'), join(folder, 'two'));
  assert.equal(await moduleHash(join(folder, 'two/steps/own.ts'), FILES['steps/own.ts'] ?? ''), before);
});

test('an import that leads to no file is for the loading of the module to tell', async () => {
  await write('steps/own.ts', "import './gone.ts'");
  await mkdir(join(folder, 'steps/gone.ts'));
  assert.match(await hash(), /^[\w-]{43}$/);
  await rm(join(folder, 'steps/gone.ts'), { recursive: true });
  assert.match(await hash(), /^[\w-]{43}$/);
});

async function write(name: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), text);
}

async function hash(): Promise<string> {
  const path = join(folder, 'steps/own.ts');
  return moduleHash(path, await readFile(path, 'utf8'));
}
