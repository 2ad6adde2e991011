import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { giveLinkSite, mixedList, mixedRows, mixedTotals } from '../helpers/network/link-site.ts';
import type { Site } from '../helpers/network/site.ts';
import { runSluice } from '../helpers/processes/cli.ts';
import { type CommandLineResult, callSluice } from '../helpers/processes/command-line.ts';
import type { ProcessResult } from '../helpers/processes/process.ts';

const PIPELINE = `
source: { lines: { path: lists/urls.txt } }
steps:
  - dedupe
  - fetch: { allowPrivate: true, userAgent: "\${AGENT:-nobody}" }
  - links
sink: { tsv: { path: links.tsv } }
failures: { jsonl: { path: failures.jsonl.gz } }
pages: { csv: { path: pages.csv.gz } }
summary: summary.json
`;

let site: Site;
let folder: string;
giveLinkSite((given) => {
  ({ site, folder } = given);
});
beforeEach(async () => {
  await mkdir(join(folder, 'audit', 'lists'), { recursive: true });
  await writeFile(join(folder, 'audit', 'lists', 'urls.txt'), mixedList(site.origin));
  await writeFile(join(folder, 'audit', 'links.yaml'), PIPELINE);
});

test('a pipeline file is run with paths that start at its own folder', async () => {
  const { code, stdout } = await sluiceProcess();
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '' });
  const [header, ...rows] = (await output('links.tsv')).trimEnd().split('\n');
  assert.equal(header, 'source_url\tparsed_url');
  assert.deepEqual(rows.sort(), mixedRows(site.origin));
  const { bytes: _bytes, ms: _ms, ...totals } = JSON.parse(await output('summary.json'));
  assert.deepEqual(totals, mixedTotals);
});

test('the environment fills in what the file leaves to it', async () => {
  const earlier = site.requests.length;
  await sluice([], { AGENT: 'audit (me@example.com)' });
  const agents = site.requests.slice(earlier).map(({ headers }) => headers['user-agent']);
  assert.deepEqual(new Set(agents), new Set(['audit (me@example.com)']));
});

test('a variable that is not set is told with its place, before any request', async () => {
  await writeFile(join(folder, 'audit', 'links.yaml'), PIPELINE.replace(':-nobody', ''));
  const earlier = site.requests.length;
  const { code, stderr } = await sluice();
  assert.equal(code, 2);
  assert.match(stderr, /^sluice: audit\/links\.yaml:5:\d+: [^\n]*AGENT[^\n]*\n$/);
  assert.equal(site.requests.length, earlier);
});

test('--set changes a value, by the place or by the name of a step', async () => {
  const sets = [
    '--set',
    'sink.tsv.path=other.tsv',
    '--set',
    'steps.1.fetch.userAgent=first',
    '--set',
    'steps.links.select=img@src',
  ];
  await sluice(sets);
  assert.equal(await output('other.tsv'), 'source_url\tparsed_url\n');
  assert.equal(site.requests.at(-1)?.headers['user-agent'], 'first');
});

test('--set of what does not exist is refused with the nearest name', async () => {
  const { code, stderr } = await sluice(['--set', 'steps.1.fetch.timeut=5s']);
  assert.equal(code, 2);
  assert.match(stderr, /^sluice: --set steps\.1\.fetch\.timeut=5s: [^\n]*timeout[^\n]*\n$/);
});

test('--limit takes the first lines only', async () => {
  await sluice(['--limit', '1']);
  assert.equal(JSON.parse(await output('summary.json')).read, 1);
});

test('--max-failures decides the exit code', async () => {
  assert.equal((await sluice(['--max-failures', '1'])).code, 1);
  assert.equal((await sluice(['--max-failures', '2'])).code, 0);
});

test('--summary of the command line starts at the working folder', async () => {
  await sluice(['--summary', 'totals.json']);
  assert.equal(JSON.parse(await readFile(join(folder, 'totals.json'), 'utf8')).read, mixedTotals.read);
});

test('an output that fails stops the run with 3; the others are whole members under .part', async () => {
  const { code, stderr } = await sluiceProcess(['--set', 'sink.tsv.path=/dev/full']);
  assert.equal(code, 3);
  assert.match(stderr, /\nsluice: \/dev\/full: can't be written: the disk is full \(ENOSPC\)[^\n]*\n$/);
  const failures = gunzipSync(await readFile(join(folder, 'audit', 'failures.jsonl.gz.part'))).toString();
  for (const row of failures.split('\n').slice(0, -1)) assert.ok(JSON.parse(row).code);
  assert.match(
    gunzipSync(await readFile(join(folder, 'audit', 'pages.csv.gz.part'))).toString(),
    /^source_url,final_url,.*\n/,
  );
  assert.equal(JSON.parse(await output('summary.json')).complete, false);
});

test('a pipeline may read standard input and write standard output', async () => {
  const sets = ['--set', 'source.lines.path=-', '--set', 'sink.tsv.path=-'];
  const { stdout } = await sluiceProcess(sets, `${site.origin}/one\n`);
  assert.equal(stdout, `source_url\tparsed_url\n${site.origin}/one\t${site.origin}/z\n`);
});

test('JSON is a pipeline file', async () => {
  const document = {
    source: { urls: { list: [`${site.origin}/one`] } },
    steps: [{ fetch: { allowPrivate: true } }, 'links'],
  };
  await writeFile(join(folder, 'audit', 'links.yaml'), JSON.stringify(document));
  const { code, stdout } = await sluice();
  assert.deepEqual(
    { code, stdout },
    { code: 0, stdout: `source_url\tparsed_url\n${site.origin}/one\t${site.origin}/z\n` },
  );
});

/** Runs the pipeline from the folder above its own. */
function sluice(args: readonly string[] = [], env: Record<string, string> = {}): Promise<CommandLineResult> {
  return callSluice(['run', 'audit/links.yaml', ...args], { cwd: folder, env });
}

/** Does the same as a process of its own. */
function sluiceProcess(args: readonly string[] = [], input = ''): Promise<ProcessResult> {
  return runSluice(['run', 'audit/links.yaml', ...args], { cwd: folder, input });
}

function output(name: string): Promise<string> {
  return readFile(join(folder, 'audit', name), 'utf8');
}
