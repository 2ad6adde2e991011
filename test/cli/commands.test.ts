import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { parse } from 'yaml';
import { stageDefinitions } from '../../src/stages/registry.ts';
import { removeFolder, root, temporaryFolder } from '../helpers/files/samples.ts';
import { runSluice } from '../helpers/processes/cli.ts';
import { callSluice } from '../helpers/processes/command-line.ts';

const PIPELINE = `name: example
source: { lines: { path: urls.txt } }
steps:
  - dedupe
  - fetch: { timeout: 5s, headers: { Authorization: "Bearer \${TOKEN:-hunter2}" } }
  - links: { select: anchors }
sink: { csv: { path: links.csv } }
`;

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'good.yaml'), PIPELINE);
  await writeFile(join(folder, 'urls.txt'), '');
});
afterEach(() => removeFolder(folder));

test('check says nothing of files that are right', async () => {
  const { code, stdout, stderr } = await sluice('check', 'good.yaml', 'good.yaml');
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '', stderr: '' });
});

test('check names file, line and column of every mistake, one a line, and ends with 2', async () => {
  await writeFile(join(folder, 'bad.yaml'), PIPELINE.replace('timeout: 5s', 'timeut: 5s').replace('anchors', 'most'));
  const { code, stdout, stderr } = await sluice('check', 'good.yaml', 'bad.yaml');
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.length, 2, stderr);
  assert.match(lines[0] ?? '', /^bad\.yaml:5:14: steps\[1\]\.fetch.*timeut.*timeout/);
  assert.match(lines[1] ?? '', /^bad\.yaml:6:22: steps\[2\]\.links\.select: /);
});

test('check refuses neighbours that do not fit', async () => {
  await writeFile(join(folder, 'bad.yaml'), PIPELINE.replace(/ {2}- links.*\n/, ''));
  const { code, stderr } = await sluice('check', 'bad.yaml');
  assert.equal(code, 2);
  assert.match(stderr, /^bad\.yaml:\d+:\d+: [^\n]+\n$/);
});

test('check needs a file', async () => {
  const { code, stderr } = await sluice('check');
  assert.equal(code, 2);
  assert.match(stderr, /^sluice: [^\n]+\n$/);
});

test('a folder is no pipeline file', async () => {
  await mkdir(join(folder, 'pipelines'));
  const { code, stderr } = await sluice('run', 'pipelines');
  assert.deepEqual(
    { code, stderr },
    {
      code: 2,
      stderr: "sluice: pipelines: can't be read: it is a folder; a pipeline file is expected.\n",
    },
  );
});

test('explain prints a pipeline file with every default filled in, which means the same', async () => {
  const { code, stdout } = await sluice('explain', 'good.yaml');
  assert.equal(code, 0);
  const document = parse(stdout);
  assert.deepEqual(document.steps[1].fetch.concurrency, 64);
  assert.deepEqual(document.sink, { csv: { ...document.sink.csv, path: 'links.csv', header: true } });
  await writeFile(join(folder, 'explained.yaml'), stdout);
  const again = await sluice('explain', 'explained.yaml', '--format', 'json');
  assert.deepEqual(JSON.parse(again.stdout).pipeline, (await explainJson()).document);
});

test('explain --format json is the same as JSON, with the options and where they came from beside', async () => {
  const { document } = await explainJson();
  assert.deepEqual(document, parse((await sluice('explain', 'good.yaml')).stdout));
});

test('explain --format mermaid draws the stages in their order', async () => {
  const { stdout } = await sluice('explain', 'good.yaml', '--format', 'mermaid');
  assert.match(stdout, /^flowchart LR\n.*lines.*\n.*dedupe.*\n.*\n.*fetch.*\n.*\n.*links.*\n/);
});

test('explain shows what --set has set', async () => {
  const { stdout } = await sluice('explain', 'good.yaml', '--format', 'json', '--set', 'steps.1.fetch.timeout=7s');
  assert.equal(JSON.parse(stdout).pipeline.steps[1].fetch.timeout, '7s');
});

test('explain masks secrets, also those from the environment', async () => {
  for (const format of ['text', 'json', 'mermaid']) {
    const args = ['explain', 'good.yaml', '--format', format];
    const { stdout } = await callSluice(args, { cwd: folder, env: { TOKEN: 'swordfish' } });
    assert.doesNotMatch(stdout, /swordfish|hunter2/);
  }
});

test('stages lists every stage with its sentence', async () => {
  const { stdout } = await sluice('stages');
  const words = stdout.replaceAll(/\s+/g, ' ');
  for (const { name, summary } of stageDefinitions) assert.ok(words.includes(` ${name} ${summary}`), name);
});

test('stages NAME tells every option of the stage', async () => {
  for (const { name, options } of stageDefinitions) {
    const { code, stdout } = await sluice('stages', name);
    assert.equal(code, 0);
    for (const option of Object.keys(options.shape)) assert.match(stdout, new RegExp(`^  ${option} `, 'm'), name);
  }
});

test('a misspelt stage is refused with the nearest name', async () => {
  const { code, stderr } = await sluice('stages', 'fetsh');
  assert.equal(code, 2);
  assert.match(stderr, /^sluice: [^\n]*fetch[^\n]*\n$/);
});

test('schema prints a JSON Schema that knows every stage', async () => {
  const { code, stdout } = await sluice('schema');
  assert.equal(code, 0);
  const schema = JSON.parse(stdout);
  assert.match(schema.$schema, /^https?:\/\/json-schema\.org\//);
  for (const { name } of stageDefinitions) assert.ok(stdout.includes(`"${name}"`), name);
});

test('--help goes to standard output and ends with 0, for each command too', async () => {
  for (const command of [[], ['run'], ['check'], ['explain'], ['stages'], ['schema']]) {
    const { code, stdout, stderr } = await sluice(...command, '--help');
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
    assert.ok(stdout.startsWith(['sluice', ...command].join(' ')), stdout);
  }
});

test('what is printed reaches a pipe whole', async () => {
  assert.equal((await runSluice(['schema'])).stdout, (await sluice('schema')).stdout);
});

test('--version prints the version of the package', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.equal((await sluice('--version')).stdout, `${version}\n`);
});

test('an argument that a command does not take is refused', async () => {
  const { code, stderr } = await sluice('schema', 'links.yaml');
  assert.deepEqual(
    { code, stderr },
    {
      code: 2,
      stderr: `sluice: unexpected argument "links.yaml". Try 'sluice schema --help'.\n`,
    },
  );
});

async function explainJson(): Promise<{ readonly document: unknown }> {
  const { stdout } = await sluice('explain', 'good.yaml', '--format', 'json');
  return { document: JSON.parse(stdout).pipeline };
}

function sluice(...args: readonly string[]) {
  return callSluice(args, { cwd: folder });
}
