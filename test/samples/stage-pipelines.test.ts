import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { parse } from 'yaml';
import { archives, sampleArchive } from '../../samples/archive.ts';
import { type SampleSite, startSampleSite } from '../../samples/site.ts';
import { stageDefinitions } from '../../src/stages/registry.ts';
import { expectedRows, inOriginalPort, removeFolder, root, temporaryFolder } from '../helpers/files/samples.ts';
import { type CommandLineResult, callSluice } from '../helpers/processes/command-line.ts';

let site: SampleSite | undefined;
let folder: string;
let used: ReadonlySet<string>;

before(async () => {
  used = await stagesOfPipelines();
  site = await startSampleSite({ port: 0 });
  folder = await temporaryFolder();
});
after(async () => {
  await site?.close();
  await removeFolder(folder);
});

for (const { type, name } of stageDefinitions) {
  test(`the ${type} ${name} is used by a pipeline`, () => {
    assert.ok(used.has(`${type} ${name}`), `no file in pipelines/ has it`);
  });
}

for (const { path, site: crawled } of archives) {
  test(`${path} is what its script writes: a gzip member for each record`, async () => {
    const records = (await sampleArchive(crawled)).map((record) => gunzipSync(record));
    const file = await readFile(join(root, path));
    assert.deepEqual(gunzipSync(file), Buffer.concat(records), 'npx tsx samples/archive.ts writes it anew');
    // Each member begins with these bytes (RFC 1952, 2.3.1), which compressed data of that size hardly has.
    assert.equal(file.toString('latin1').split('\x1f\x8b\x08').length - 1, records.length);
  });
}

test('archive.yaml finds in the archive what is found in the pages as they are served', async () => {
  const found = join(folder, 'archive.parquet');
  await run('archive.yaml', { FOUND: found, FAILURES: join(folder, 'archive.jsonl') });
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(found) });
  assert.deepEqual(rows, await expectedObjects('archive.jsonl'));
  const pages = new Set(rows.map((row) => row['source_url']));
  const served = (await expectedRows()).filter((row) => pages.has(row.split('\t')[0]));
  assert.deepEqual(
    rows.map((row) => `${row['source_url']}\t${row['parsed_url']}`),
    served,
  );
});

test('spot-check.yaml has a row for each page of its sample', async () => {
  const paths = { LIST: await sampleInput('pages.tsv'), PAGES: join(folder, 'spot-check.csv') };
  await run('spot-check.yaml', { ...paths, SHARE: '100%', MOST: '5' });
  const [header, ...rows] = linesOf(inOriginalPort(await readFile(paths.PAGES, 'utf8')));
  assert.deepEqual([header, ...rows.sort()], linesOf(await expectedText('spot-check.csv')));
});

test('api-links.yaml carries what an API says of a page to its links and its failures', async () => {
  const paths = { FOUND: join(folder, 'api-links.jsonl'), FAILURES: join(folder, 'api-failures.jsonl') };
  await run('api-links.yaml', { ...paths, ARTICLES: await sampleInput('articles.jsonl') });
  const found = inOriginalPort(await readFile(paths.FOUND, 'utf8'));
  assert.deepEqual(linesOf(found).sort(), linesOf(await expectedText('api-links.jsonl')).sort());
  const failed = linesOf(await readFile(paths.FAILURES, 'utf8')).map((line) => JSON.parse(line));
  assert.deepEqual(
    failed.map((row) => [row['input.id'], row.code]),
    [[20, 'http-status']],
  );
});

test('front-pages.yaml tells pages from pictures by a program', async () => {
  const { stdout } = await run('front-pages.yaml', { SITE: site?.origin ?? '' });
  const rows = linesOf(inOriginalPort(stdout));
  assert.deepEqual(rows.sort(), linesOf(await expectedText('front-pages.jsonl')).sort());
});

/** `source csv`, `sink csv`: whatever stands in a file of `pipelines/`. */
async function stagesOfPipelines(): Promise<ReadonlySet<string>> {
  const names = (await readdir(join(root, 'pipelines'))).filter((name) => /(?<!\.test)\.yaml$/.test(name));
  const files = await Promise.all(names.map((name) => readFile(join(root, 'pipelines', name), 'utf8')));
  const used = files.flatMap((text) => {
    const { source, steps, sink, failures, pages } = parse(text);
    const types = { source: [source], step: steps, sink: [sink, failures, pages].flat() };
    return Object.entries(types).flatMap(([type, stages]) =>
      stages.map((stage: unknown) => `${type} ${nameOf(stage)}`),
    );
  });
  return new Set(used);
}

function nameOf(stage: unknown): string {
  return typeof stage === 'string' ? stage : (Object.keys(stage ?? {})[0] ?? '');
}

/** A copy of one of the samples that asks the site that is being served. */
async function sampleInput(name: string): Promise<string> {
  const path = join(folder, name);
  const text = await readFile(join(root, 'samples', name), 'utf8');
  await writeFile(path, text.replaceAll('http://127.0.0.1:8080', site?.origin ?? ''));
  return path;
}

function expectedText(name: string): Promise<string> {
  return readFile(join(root, 'samples/expected', name), 'utf8');
}

async function expectedObjects(name: string): Promise<readonly unknown[]> {
  return linesOf(await expectedText(name)).map((line) => JSON.parse(line));
}

function linesOf(text: string): string[] {
  return text.trimEnd().split('\n');
}

async function run(file: string, env: Readonly<Record<string, string>>): Promise<CommandLineResult> {
  // Programs of the step exec are found by PATH.
  const variables = { PATH: process.env['PATH'] ?? '', ALLOW_PRIVATE: 'true', ...env };
  const result = await callSluice(['run', `pipelines/${file}`], { env: variables });
  assert.equal(result.code, 0, result.stderr);
  return result;
}
