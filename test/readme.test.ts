import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSampleSite } from '../samples/site.ts';
import { failureCodes } from '../src/core/failure-codes.ts';
import { inOriginalPort, removeFolder, root, temporaryFolder } from './helpers/files/samples.ts';
import { runSluice } from './helpers/processes/cli.ts';
import { callSluice } from './helpers/processes/command-line.ts';

test('the usage in the README is what --help prints', async () => {
  const { stdout } = await runSluice(['--help']);
  assert.equal(await textBelow('Usage'), stdout.trimEnd());
});

test('the stages in the README are those that sluice stages prints', async () => {
  const { stdout } = await runSluice(['stages']);
  assert.equal(await textBelow('Stages'), stdout.trimEnd());
});

test('the failure codes in the README are those that there are, in their order', async () => {
  const [codes = ''] = (await sectionOf('Failure codes')).split('. They are stable', 1);
  assert.deepEqual(codes.match(/[\w-]+/g), Object.keys(failureCodes));
});

test('the pipeline file in the README gives the rows and the failure that stand below it', async (t) => {
  const samples = await startSampleSite({ port: 0 });
  t.after(samples.close);
  const folder = await temporaryFolder();
  t.after(() => removeFolder(folder));
  const [pipeline = '', rows = '', failure = ''] = blocksOf(await sectionOf('Pipeline files'));
  await writeFile(join(folder, 'museum.yaml'), pipeline);
  await writeFile(join(folder, 'urls.txt'), `${samples.origin}/tickets\n${samples.origin}/locks/lost.html\n`);
  const { code, stderr } = await callSluice(['run', 'museum.yaml'], { cwd: folder });
  assert.equal(code, 0, stderr);
  const [links, failures] = await Promise.all([textOf(folder, 'links.csv'), textOf(folder, 'failures.jsonl')]);
  const [shown = '', rest] = rows.split('…\n');
  assert.equal(rest, '', 'the rows end with …');
  assert.ok(links.startsWith(shown) && links.length > shown.length, links);
  assert.equal(failures.replace(MS, ''), failure.replace(MS, ''));
});

/** The time that a line took, which is another in each run. */
const MS = /"ms":\d+,/;

/** The text of the first block of text in a section of the README. */
async function textBelow(heading: string): Promise<string | undefined> {
  return /^```text\n(.*?)\n```$/ms.exec(await sectionOf(heading))?.[1];
}

async function sectionOf(heading: string): Promise<string> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, section] = readme.split(`\n## ${heading}\n`);
  return section?.split('\n## ', 1)[0] ?? assert.fail(`README.md has no section ${heading}`);
}

function blocksOf(section: string): readonly string[] {
  return [...section.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, text = '']) => text);
}

async function textOf(folder: string, name: string): Promise<string> {
  return inOriginalPort(await readFile(join(folder, name), 'utf8'));
}
