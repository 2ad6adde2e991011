import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { runSluice } from '../helpers/processes/cli.ts';

/** Prints, at the end, which of the libraries of expressions a process has loaded, by whatever way. */
const PROBE = `
import { createRequire, register } from 'node:module';
const hooks = \`export async function load(url, context, next) {
  if (/cel-js|re2js/.test(url)) process._rawDebug('loaded ' + url);
  return next(url, context);
}\`;
register('data:text/javascript,' + encodeURIComponent(hooks));
process.on('exit', () => {
  const loaded = Object.keys(createRequire(import.meta.url).cache).filter((name) => /cel-js|re2js/.test(name));
  for (const name of loaded) process._rawDebug('loaded ' + name);
});`;

for (const [title, steps, expected] of [
  ['are not loaded by a pipeline without one', [], []],
  ['are loaded by the first one, patterns by the first pattern', [{ where: 'line > 1' }], ['cel-js']],
  ['are loaded without a word on standard error', [{ where: 'url.matches("a+")' }], ['cel-js', 're2js']],
] as const) {
  test(`the libraries of expressions ${title}`, async (t) => {
    const folder = await temporaryFolder();
    t.after(() => removeFolder(folder));
    await writeFile(join(folder, 'probe.mjs'), PROBE);
    const pipeline = { source: { urls: { list: ['example.com'] } }, steps: [...steps, 'fetch', 'links'] };
    await writeFile(join(folder, 'a.json'), JSON.stringify(pipeline));
    // Node 26 has a word to say of the probe's own hooks.
    const nodeArguments = ['--disable-warning=DEP0205', '--import', pathToFileURL(join(folder, 'probe.mjs')).href];
    const { code, stderr } = await runSluice(['check', 'a.json'], { cwd: folder, nodeArguments });
    assert.equal(code, 0, stderr);
    const lines = stderr.split('\n').filter((line) => line !== '');
    assert.ok(
      lines.every((line) => line.startsWith('loaded ')),
      stderr,
    );
    assert.deepEqual(
      ['cel-js', 're2js'].filter((name) => stderr.includes(name)),
      expected,
    );
  });
}
