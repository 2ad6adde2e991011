import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { giveLinkSite } from '../helpers/network/link-site.ts';
import type { Site } from '../helpers/network/site.ts';
import { mainPath, runSluice } from '../helpers/processes/cli.ts';
import { type CommandLineResult, callSluice } from '../helpers/processes/command-line.ts';
import { runProcess } from '../helpers/processes/process.ts';

let site: Site;
let folder: string;
giveLinkSite((given) => {
  ({ site, folder } = given);
});

/** Of four lines, as many fail as the key says; `/text` is skipped and counts as no failure. */
const LISTS = {
  0: ['/one', '/two', '/none', '/text'],
  1: ['/one', '/gone', '/none', '/text'],
  2: ['/one', '/gone', '/gone?2', '/text'],
  4: ['/gone', '/gone?2', '/gone?3', '/gone?4'],
} as const;

const expectations: readonly (readonly [failing: keyof typeof LISTS, maxFailures: string | undefined, code: number])[] =
  [
    [0, undefined, 0],
    [2, undefined, 0],
    [4, undefined, 1],
    [0, '0', 0],
    [1, '0', 1],
    [1, '1', 0],
    [2, '1', 1],
    [2, '50%', 0],
    [2, '49%', 1],
    [4, '100%', 0],
  ];
for (const [failing, maxFailures, expected] of expectations) {
  const limit = maxFailures === undefined ? 'no --max-failures' : `--max-failures ${maxFailures}`;
  test(`${failing} failures of 4 lines with ${limit} give exit code ${expected}`, async () => {
    const flags = maxFailures === undefined ? [] : ['--max-failures', maxFailures];
    const { code } = await sluice([...flags, ...LISTS[failing].map((path) => `${site.origin}${path}`)]);
    assert.equal(code, expected);
  });
}

test('the exit code is that of the process', async () => {
  for (const [args, expected] of [
    [['--allow-private', `${site.origin}/one`], 0],
    [['--allow-private', `${site.origin}/gone`], 1],
    [['--bogus'], 2],
    [['-i', 'nowhere.txt'], 3],
  ] as const) {
    assert.equal((await runSluice(args, { cwd: folder })).code, expected);
  }
});

test('duplicates of a line that failed do not make a failed run good', async () => {
  const { code } = await sluice(['--dedupe', `${site.origin}/gone`, `${site.origin}/gone`]);
  assert.equal(code, 1);
});

for (const [what, args] of [
  ['an unknown flag', ['--bogus']],
  ['a flag without its value', ['--output']],
  ['a value of the wrong type', ['--concurrency', 'many']],
  ['a number out of range', ['--concurrency', '0']],
  ['a duration without a unit', ['--timeout', '30']],
  ['a grace period without a unit', ['--grace', '30']],
  ['a share above 100%', ['--max-failures', '101%']],
  ['an unknown format', ['--format', 'xml']],
  ['Parquet on standard output', ['--format', 'parquet']],
  ['a database on standard output', ['--format', 'sqlite']],
  ['a checkpoint on standard output', ['-o', 'links.tsv', '--checkpoint', '-']],
  ['a switch with a value that is none', ['--ordered=1']],
  ['a short switch with a value that is none', ['-q=no']],
  ['an unknown column', ['--columns', 'source_url,anchor']],
  ['an unknown selection', ['--select', 'everything']],
  ['a header field without a colon', ['--header', 'Secret']],
  ['two flags that contradict each other', ['--progress', '--no-progress']],
  ['an output that is written twice', ['-o', 'links.tsv', '--failures', 'links.tsv']],
  ['an output that is the input', ['-i', 'links.tsv', '-o', 'links.tsv']],
  ['URLs as arguments and an input', ['http://127.0.0.1/', '--input', 'urls.txt']],
] as const) {
  test(`${what} gives exit code 2, one line, no request and no output`, async () => {
    const earlier = site.requests.length;
    const { code, stdout, stderr } = await sluice([...args], `${site.origin}/one\n`);
    assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
    assert.match(stderr, /^sluice: [^\n]+\n$/);
    assert.equal(site.requests.length, earlier);
  });
}

for (const [output, reason] of [
  ['/dev/full', 'the disk is full (ENOSPC). Free some space, then run the command again.'],
  ['no/such/folder.tsv', 'its folder does not exist (ENOENT). Make the folder, then run the command again.'],
  ['.', 'it is a folder (EISDIR).'],
] as const) {
  test(`an output at ${output} gives exit code 3 and says what to do`, async () => {
    const { code, stderr } = await sluice(['-q', '-o', output, `${site.origin}/one`]);
    assert.equal(code, 3);
    assert.equal(stderr.replace(folder, '').replace(/^sluice: \S*: /, ''), `can't be written: ${reason}\n`);
  });
}

test('an output that may not be written gives exit code 3', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root may write everything');
  await writeFile(join(folder, 'links.tsv'), 'of yesterday\n');
  await chmod(join(folder, 'links.tsv'), 0o400);
  const { code, stderr } = await sluice(['-q', '-o', 'links.tsv', `${site.origin}/one`]);
  assert.equal(code, 3);
  assert.match(stderr, /permission denied \(EACCES\)/);
});

test('a full disk behind standard output gives exit code 3', async () => {
  const command = 'exec "$0" "$1" -q --allow-private "$2" > /dev/full';
  const { code, stderr } = await runProcess('/bin/sh', [
    '-c',
    command,
    process.execPath,
    mainPath,
    `${site.origin}/one`,
  ]);
  assert.equal(code, 3);
  assert.match(stderr, /^sluice: standard output: can't be written: the disk is full \(ENOSPC\)/);
});

test('a folder as standard input gives exit code 3', async () => {
  const { code, stderr } = await runProcess('/bin/sh', ['-c', 'exec "$0" "$1" -q < .', process.execPath, mainPath], {
    cwd: folder,
  });
  assert.deepEqual({ code, stderr }, { code: 3, stderr: "sluice: standard input: can't be read: it is a folder.\n" });
});

test('a failures output that fails gives exit code 3', async () => {
  const { code } = await sluice(['-q', '--failures', '/dev/full', `${site.origin}/gone`, `${site.origin}/one`]);
  assert.equal(code, 3);
});

test('outputs are opened before the first request', async () => {
  const earlier = site.requests.length;
  const { code } = await sluice(['-q', '--pages', 'no/such/folder.jsonl', `${site.origin}/one`]);
  assert.equal(code, 3);
  assert.equal(site.requests.length, earlier);
});

test('a summary that cannot be written gives exit code 3 after the run, whose rows are there', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('no /dev/full here');
  const { code, stderr, stdout } = await sluice(['-q', '--summary', '/dev/full', `${site.origin}/one`]);
  assert.equal(code, 3);
  assert.match(stderr, /^sluice: \/dev\/full: can't be written: [^\n]*ENOSPC[^\n]+\n$/);
  assert.match(stdout, /\/one\t/);
});

test('the value of a header field is not repeated in a message', async () => {
  const { stderr } = await sluice(['--header', 'Authorization hunter2', `${site.origin}/one`]);
  assert.doesNotMatch(stderr, /hunter2/);
});

test('a pipeline file that is missing gives exit code 2', async () => {
  const { code, stderr } = await sluice(['run', 'nowhere.yaml']);
  assert.deepEqual(
    { code, stderr },
    { code: 2, stderr: "sluice: nowhere.yaml: can't be read: there is no such file.\n" },
  );
});

/** Runs in the test's folder; private addresses are allowed where the command fetches. */
function sluice(args: readonly string[], input = ''): Promise<CommandLineResult> {
  return callSluice(args[0] === 'run' ? args : ['--allow-private', ...args], { input, cwd: folder });
}
