import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './helpers/files/samples.ts';
import { runSluice } from './helpers/processes/cli.ts';

test('the usage in the README is what --help prints', async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const usage = /^#+ [^\n]*Usage[^\n]*\n+```text\n(.*?)\n```$/ms.exec(readme)?.[1];
  assert.notEqual(usage, undefined, 'README.md has no ```text block directly below a heading with "Usage"');
  const { stdout } = await runSluice(['--help']);
  assert.equal(usage, stdout.trimEnd());
});
