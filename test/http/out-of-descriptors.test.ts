import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../helpers/process.ts';
import { startSite } from '../helpers/site.ts';

const PROGRAM = fileURLToPath(new URL('../fixtures/few-descriptors.ts', import.meta.url));

test('running out of file descriptors costs a line time, but neither an attempt nor the line, and its host nothing', async (t) => {
  const names = Array.from({ length: 24 }, (_, index) => `/${index}`);
  const site = await startSite(Object.fromEntries(names.map((name) => [name, `page ${name}`])));
  t.after(site.close);
  const urls = names.map((name) => `${site.origin}${name}`);
  const { code, stdout, stderr } = await runProcess(process.execPath, ['--import', 'tsx', PROGRAM, ...urls]);
  assert.equal(stderr, '');
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n'), [...names.map((name) => `page ${name} 1`), '']);
});
