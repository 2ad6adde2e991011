import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../helpers/files/samples.ts';
import { startSite } from '../helpers/network/site.ts';
import { runProcess } from '../helpers/processes/process.ts';

test('samples/read-links.mjs prints the links of each page, and what failed', async (t) => {
  const site = await startSite({ '/': '<a href="/x">x</a><img src="/y">' });
  t.after(site.close);
  const { code, stdout, stderr } = await runSample('read-links.mjs', [`${site.origin}/`, `${site.origin}/gone`]);
  assert.deepEqual([code, stderr], [0, `${site.origin}/gone: http-status\n`]);
  assert.equal(stdout, `${site.origin}/ -> ${site.origin}/x\n`);
});

test('samples/own-step.mjs passes on the URLs of one host', async (t) => {
  const site = await startSite({ '/': '<a href="/x">x</a>' });
  t.after(site.close);
  const { code, stdout, stderr } = await runSample('own-step.mjs', [site.origin, 'http://elsewhere.example/']);
  assert.deepEqual([code, stderr], [0, 'finished: 2 read, 1 linked, 1 skipped\n']);
  assert.equal(stdout, `${JSON.stringify({ source_url: site.origin, parsed_url: `${site.origin}/x` })}\n`);
});

test('a program that the README shows is one of the samples', async () => {
  const names = (await readdir(join(root, 'samples'))).filter((name) => name.endsWith('.mjs'));
  const samples = await Promise.all(names.map((name) => readFile(join(root, 'samples', name), 'utf8')));
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  for (const [, program = ''] of readme.matchAll(/^```js\n(.*?)^```$/gms)) {
    if (program.includes("from 'sluice'")) assert.equal(samples.includes(program), true, program);
  }
});

function runSample(name: string, args: readonly string[]) {
  return runProcess(process.execPath, [join(root, 'samples', name), ...args], { cwd: root });
}
