import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { startSampleSite } from '../samples/site.ts';
import { followReadme } from './helpers/files/readme.ts';
import { expectedRows, inOriginalPort, removeFolder, root, temporaryFolder } from './helpers/files/samples.ts';
import { type Site, startSite } from './helpers/network/site.ts';
import {
  CONSUMER,
  consumerOutput,
  type InstalledPackage,
  installPackage,
  packageVersion,
  writeConsumer,
} from './helpers/processes/installed-package.ts';
import { runProcess } from './helpers/processes/process.ts';

/** What our users have in their folder, but for the package. */
const TYPED_CONSUMER = `
import { defineStep, duration, type LineResult, readLinks, RecordError, runPipeline, skip, z } from 'sluice';

const patient = defineStep({
  name: 'patient',
  summary: 'Passes on what it likes.',
  input: 'url',
  output: 'url',
  options: z.strictObject({ wait: duration().prefault('1s') }),
  create: ({ wait }, { signal }) => ({
    concurrency: 1,
    process: (record) => {
      if (signal.aborted || wait < 5) throw new RecordError('step', record.url.href);
      return record.sourceUrl === '' ? skip('filtered') : record;
    },
  }),
});
const { totals, end } = await runPipeline({ source: 'lines', steps: ['patient'] }, { stages: [patient] });
const read: number = totals.read;
for await (const line of readLinks(['a'], { fetch: { timeout: '1s' }, links: { select: 'anchors' } })) show(line);
function show(line: LineResult): string {
  if (line.outcome === 'failed') return line.error.code;
  return line.outcome === 'skipped' ? line.reason : \`\${line.page.status} \${line.links[0]?.url} \${end} \${read}\`;
}
// @ts-expect-error: a page's status is known only where it has been read.
const wrongPage = (line: LineResult): number => line.page.status;
// @ts-expect-error: there is no such option.
readLinks(['a'], { fetch: { timeot: '1s' } });
// @ts-expect-error: url is what it takes, and pages are what it says it gives.
defineStep({ name: 'x', summary: 'X.', input: 'url', output: 'page', options: z.strictObject({}), create: () => ({ concurrency: 1, process: (record) => record }) });
// @ts-expect-error: a pipeline needs a source.
runPipeline({ steps: ['fetch'] });
void wrongPage;
`;

/** Those of the packages whose code is part of ours. */
const LICENCES = 'dist/THIRD-PARTY-LICENSES.txt';

/** Starting programs takes its time where many tests run. */
const timeoutMs = 60_000;

let folder: string;
let site: Site;
let installed: InstalledPackage | undefined;

before(async () => {
  folder = await temporaryFolder();
  site = await startSite({ '/': '<a href="/x">x</a>' });
  installed = await installPackage(folder);
});
after(async () => {
  await site?.close();
  await removeFolder(folder);
});

installedTest('has what users need, and nothing else', async ({ files }) => {
  const wanted = [
    'LICENSE',
    'README.md',
    'dist/index.d.ts',
    'dist/index.js',
    'dist/main.js',
    'dist/sluice.1',
    LICENCES,
  ];
  const data = [
    'pipelines/schema.json',
    'pipelines/test-schema.json',
    'pipelines/templates/hrefs.yaml',
    'pipelines/templates/hrefs.test.yaml',
    'pipelines/templates/crawl.warc.gz',
    'samples/crawl.warc.gz',
    'samples/urls.txt',
    'samples/read-links.mjs',
  ];
  for (const file of [...wanted, ...data]) assert.equal(files.includes(file), true, file);
  // A list: npm passes over a text here, and then links no manual page.
  const { man } = JSON.parse(await readFile(join(folder, 'node_modules/sluice/package.json'), 'utf8'));
  assert.deepEqual(man, ['./dist/sluice.1']);
  const allowed =
    /^(LICENSE|(README|CHANGELOG)\.md|package\.json|dist\/.*\.(js|d\.ts|1)|dist\/THIRD-PARTY-LICENSES\.txt|pipelines\/([^/]*\.(yaml|json)|steps\/[^/]*\.(ts|mjs)|templates\/[^/]*)|samples\/[^/]*\.(txt|csv|tsv|jsonl|gz|mjs))$/;
  assert.deepEqual(
    files.filter((file) => !allowed.test(file)),
    [],
  );
});

installedTest('has the command sluice, which fetches', async () => {
  const sluice = join(folder, 'node_modules/.bin/sluice');
  const { code, stdout } = await runProcess(sluice, ['--allow-private', site.origin], { timeoutMs });
  assert.deepEqual([code, stdout], [0, `source_url\tparsed_url\n${site.origin}\t${site.origin}/x\n`]);
  assert.equal((await runProcess(sluice, ['--version'], { timeoutMs })).stdout, `${await packageVersion()}\n`);
});

installedTest('has templates, whose schema is the one of the installed package', async () => {
  const { code, stderr } = await runProcess('npx', ['--no-install', 'sluice', 'init', 'own'], {
    cwd: folder,
    timeoutMs,
  });
  assert.equal(code, 0, stderr);
  const [first = ''] = (await readFile(join(folder, 'own.yaml'), 'utf8')).split('\n');
  const schema = JSON.parse(await readFile(join(folder, first.split('$schema=')[1] ?? ''), 'utf8'));
  assert.equal(schema.title, 'Sluice pipeline');
  assert.deepEqual(schema, createRequire(join(folder, 'x.js'))('sluice/schema.json'));
});

installedTest('lets a newcomer go the way that the README shows', async (_sluice, t) => {
  const samples = await startSampleSite({ port: 0 });
  t.after(samples.close);
  const place = { folder: join(folder, 'newcomer'), file: 'boats.yaml', origin: samples.origin };
  await mkdir(place.folder);
  const commands = await followReadme('A pipeline of your own', place);
  assert.deepEqual(
    commands.flatMap((command) => /^npx sluice (\w+)/.exec(command)?.[1] ?? []),
    ['init', 'check', 'test', 'run'],
  );
  const [header, ...rows] = inOriginalPort(await readFile(join(place.folder, 'boats.tsv'), 'utf8'))
    .trimEnd()
    .split('\n');
  assert.equal(header, 'source_url\tparsed_url');
  const wanted = (await expectedRows()).filter((row) => row.startsWith('http://127.0.0.1:8080/boats/\t'));
  assert.deepEqual(rows, wanted.slice(0, rows.length));
  assert.equal(rows.length, 8);
});

installedTest('is a library', async (sluice) => {
  const consumer = await writeConsumer(sluice, 'consumer.mjs', CONSUMER);
  const { code, stdout, stderr } = await runProcess(process.execPath, [consumer, site.origin], {
    cwd: folder,
    timeoutMs,
  });
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), await consumerOutput(site.origin));
});

installedTest('has types that a strict program compiles with, the declarations themselves checked', async (sluice) => {
  await writeConsumer(sluice, 'consumer.ts', TYPED_CONSUMER);
  const compilerOptions = {
    target: 'es2023',
    lib: ['es2023'],
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { code, stdout } = await runProcess(tsc, ['--project', folder], { timeoutMs });
  assert.equal(stdout, '');
  assert.equal(code, 0);
});

installedTest('lets nothing be imported but its surface', () => {
  const resolve = createRequire(join(folder, 'x.js')).resolve;
  assert.equal(resolve('sluice').endsWith('dist/index.js'), true);
  assert.throws(() => resolve('sluice/dist/main.js'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
});

/** A test of the package as it was installed; skipped where no registry can be reached. */
function installedTest(fact: string, body: (sluice: InstalledPackage, t: TestContext) => Promise<void> | void): void {
  test(`the installed package ${fact}`, async (t) => {
    if (installed === undefined) t.skip('the npm registry, for the dependencies, is out of reach');
    else await body(installed, t);
  });
}
