import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type SampleSite, startSampleSite } from '../../samples/site.ts';
import {
  expectedRows,
  inOriginalPort,
  removeFolder,
  root,
  rowsOfPages,
  sampleList,
  temporaryFolder,
} from '../helpers/files/samples.ts';
import { runSluice } from '../helpers/processes/cli.ts';
import type { ProcessResult } from '../helpers/processes/process.ts';

let site: SampleSite | undefined;
let folder: string;
let urls: string;

before(async () => {
  site = await startSampleSite({ port: 0 });
  folder = await temporaryFolder();
  urls = join(folder, 'urls.txt');
  await writeFile(urls, await sampleList(site.origin));
});
after(async () => {
  await site?.close();
  await removeFolder(folder);
});

test('every pipeline passes check', async () => {
  const files = (await readdir(join(root, 'pipelines'))).filter((name) => name.endsWith('.yaml'));
  assert.ok(files.length >= 4);
  const { code, stderr } = await runSluice(['check', ...files.map((name) => `pipelines/${name}`)], { cwd: root });
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
});

test('large-list.yaml writes compressed rows without fragments, and accounts for every line', async () => {
  const outputs = outputPaths('large', 'tsv.gz');
  const result = await runPipeline('large-list.yaml', { ...outputs, DELAY: '0' });
  assert.equal(result.code, 0, result.stderr);
  const [header, ...rows] = textRows(gunzipSync(await readFile(outputs.FOUND)).toString());
  assert.equal(header, 'source_url\tparsed_url');
  const expected = (await expectedRows()).map((row) => row.replace(/#.*/, ''));
  assert.deepEqual(rowsOfPages(rows), rowsOfPages([...new Set(expected)]));
  const failed = textRows(await readFile(outputs.FAILURES, 'utf8')).slice(1);
  const pages = textRows(await readFile(outputs.PAGES, 'utf8')).slice(1);
  assert.equal(failed.length, 3);
  assert.equal(pages.filter((row) => row.includes(',linked,')).length, 13);
  assert.equal(pages.filter((row) => row.includes(',empty,')).length, 1);
});

test('large-list.yaml refuses the addresses of this machine unless it is told otherwise', async () => {
  const outputs = outputPaths('refused', 'tsv');
  const result = await runPipeline('large-list.yaml', { ...outputs, ALLOW_PRIVATE: '' });
  assert.equal(result.code, 1, 'every line has failed');
  const failed = textRows(await readFile(outputs.FAILURES, 'utf8')).slice(1);
  assert.equal(failed.filter((row) => row.includes(',blocked-address,')).length, 18);
});

test('seo-audit.yaml writes every kind of reference for a spreadsheet', async () => {
  const outputs = outputPaths('audit', 'csv');
  const result = await runPipeline('seo-audit.yaml', outputs);
  assert.equal(result.code, 0, result.stderr);
  const text = await readFile(outputs.FOUND, 'utf8');
  assert.ok(text.startsWith('\uFEFFsource_url,final_url,status,'), 'byte order mark and header');
  const rows = textRows(text);
  const home = 'http://127.0.0.1:8080/';
  assert.ok(rows.includes(`${home}boats/,${home}boats/,200,img,srcset,${home}boats/ann-large.svg`));
  assert.ok(rows.includes(`${home},${home},200,a,href,mailto:keeper@aldermere-canal.example`));
  const twice = rows.filter((row) => row === `${home},${home},200,a,href,${home}locks/`);
  assert.equal(twice.length, 2, 'a link that is there twice has two rows');
  const pages = textRows(await readFile(outputs.PAGES, 'utf8'));
  const moved = pages.find((row) => row.includes('/old/locks.htm'));
  assert.ok(moved?.startsWith(`${home}old/locks.htm,${home}locks/,linked,200,`), moved);
});

test('areq.yaml finds hrefs of any scheme and goes on after a failure', async () => {
  const found = join(folder, 'foundurls.txt');
  const sets = [
    `source.lines.path=${urls}`,
    'steps.fetch.allowPrivate=true',
    `sink.tsv.path=${found}`,
    `failures.jsonl.path=${join(folder, 'areq.jsonl')}`,
  ];
  const result = await runPipeline(
    'areq.yaml',
    {},
    sets.flatMap((set) => ['--set', set]),
  );
  assert.equal(result.code, 0, result.stderr);
  const rows = textRows(await readFile(found, 'utf8'));
  const others = rows.filter((row) => !/\thttps?:/.test(row)).map((row) => row.split('\t')[1]);
  const expected = ['parsed_url', 'mailto:keeper@aldermere-canal.example', 'tel:+441632960123', 'javascript:print()'];
  assert.deepEqual(new Set(others), new Set([...expected, 'data:text/plain,sluice']));
  assert.equal(rows.length - others.length, (await expectedRows()).length);
});

function outputPaths(name: string, extension: string): { FOUND: string; FAILURES: string; PAGES: string } {
  return {
    FOUND: join(folder, `${name}.${extension}`),
    FAILURES: join(folder, `${name}-failures.csv`),
    PAGES: join(folder, `${name}-pages.csv`),
  };
}

function runPipeline(file: string, env: Record<string, string>, flags: readonly string[] = []): Promise<ProcessResult> {
  return runSluice(['run', `pipelines/${file}`, ...flags], {
    cwd: root,
    env: { URLS: urls, ALLOW_PRIVATE: 'true', ...env },
  });
}

function textRows(text: string): readonly string[] {
  return inOriginalPort(text).trimEnd().split('\n');
}
