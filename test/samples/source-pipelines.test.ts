import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type SampleSite, startSampleSite } from '../../samples/site.ts';
import { expectedRows, removeFolder, root, temporaryFolder } from '../helpers/files/samples.ts';
import { startSite } from '../helpers/network/site.ts';
import { type CommandLineResult, callSluice } from '../helpers/processes/command-line.ts';

let site: SampleSite | undefined;
let folder: string;

before(async () => {
  site = await startSampleSite({ port: 0 });
  folder = await temporaryFolder();
});
after(async () => {
  await site?.close();
  await removeFolder(folder);
});

test('local-site.yaml finds on the disk what is found of the same page when it is fetched', async () => {
  const { code, stdout, stderr } = await run('local-site.yaml', {});
  assert.equal(code, 0, stderr);
  const linksOf = (rows: readonly string[], page: string) =>
    new Set(
      rows.map((row) => row.split('\t')).flatMap(([from, link]) => (from?.endsWith(page) === true ? [link] : [])),
    );
  const local = linksOf(stdout.split('\n'), '/samples/site/visit/quiet-room.html');
  const fetched = linksOf(await expectedRows(), '/visit/quiet-room.html');
  for (const link of local) assert.ok(fetched.has(link?.replace('https://example.com', 'http://127.0.0.1:8080')), link);
});

test('table.yaml carries a column of its table to links and failures', async () => {
  const table = join(folder, 'pages.csv');
  const text = await readFile(join(root, 'samples/pages.csv'), 'utf8');
  await writeFile(table, text.replaceAll('http://127.0.0.1:8080', site?.origin ?? ''));
  const outputs = { FOUND: join(folder, 'table.jsonl'), FAILURES: join(folder, 'table-failures.jsonl') };
  const { code, stderr } = await run('table.yaml', { TABLE: table, ...outputs });
  assert.equal(code, 0, stderr);
  const categories = new Set((await rowsOf(outputs.FOUND)).map((row) => row['input.category']));
  assert.deepEqual([...categories].sort(), ['boats', 'locks', 'visits, planned']);
  const failed = (await rowsOf(outputs.FAILURES)).map((row) => [row['input.category'], row['code']]);
  assert.deepEqual(failed, [['missing', 'http-status']]);
});

test('sitemap.yaml fetches the pages of the sitemaps that robots.txt names', async (t) => {
  const own = await startSite({
    '/robots.txt': { headers: { 'content-type': 'text/plain' }, body: 'Sitemap: /sitemap.xml\nSitemap: /gone.xml' },
    '/sitemap.xml': (_, response) =>
      response.end(`<urlset><url><loc>${own.origin}/page</loc><lastmod>2026-01-02</lastmod></url></urlset>`),
    '/page': '<a href="/x">',
  });
  t.after(own.close);
  const outputs = { FOUND: join(folder, 'sitemap.csv'), FAILURES: join(folder, 'sitemap-failures.jsonl') };
  const { code, stderr } = await run('sitemap.yaml', { SITE: own.origin, DELAY: '0', ...outputs });
  assert.equal(code, 0, stderr);
  const expected = `source_url,input.lastmod,parsed_url\n${own.origin}/page,2026-01-02,${own.origin}/x\n`;
  assert.equal(await readFile(outputs.FOUND, 'utf8'), expected);
  const failed = (await rowsOf(outputs.FAILURES)).map((row) => [row['source_url'], row['code']]);
  assert.deepEqual(failed, [[`${own.origin}/gone.xml`, 'http-status']]);
});

function run(file: string, env: Readonly<Record<string, string>>): Promise<CommandLineResult> {
  return callSluice(['run', `pipelines/${file}`], { env: { ALLOW_PRIVATE: 'true', ...env } });
}

async function rowsOf(path: string): Promise<readonly Record<string, unknown>[]> {
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}
