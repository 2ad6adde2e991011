import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { startLinkSite } from '../helpers/network/link-site.ts';
import { type HeldRoute, held, type Site } from '../helpers/network/site.ts';
import { startSluice } from '../helpers/processes/cli.ts';
import { callSluice } from '../helpers/processes/command-line.ts';
import { snapshotOf } from '../torture/outputs.ts';

const HEADER = 'source_url\tparsed_url\n';

let site: Site;
let slow: HeldRoute;
let folder: string;
before(async () => {
  slow = held('<a href="/x">x</a>');
  site = await startLinkSite({ '/slow': slow });
});
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'urls.txt'), listOf('/one', '/gone', '/two', '/none', '/moved'));
});
afterEach(() => removeFolder(folder));
after(() => site?.close());

test('a run that was cut short goes on where it was; once complete, it says so, asks for nothing and changes nothing', async () => {
  await sluice('--limit', '2');
  await appendFile(join(folder, 'links.tsv'), `${site.origin}/two\thttp://torn`);
  const { code, stderr } = await sluice();
  assert.equal(code, 0);
  assert.match(
    stderr,
    /^sluice: read 5 = 3 linked \+ 1 empty \+ 1 failed .*\nsluice: went on behind 2 lines that were done\n$/,
  );
  assert.equal(await contentOf('links.tsv'), await undisturbedRows());
  assert.equal((await contentOf('failures.jsonl')).split('\n').length, 2);
  const files = await snapshotOf(folder);
  const requests = site.requests.length;
  const again = await sluice();
  assert.deepEqual([again.code, site.requests.length], [0, requests]);
  assert.match(again.stderr, /^sluice: read 5 = .*\nsluice: already complete\n$/);
  assert.deepEqual(await snapshotOf(folder), files);
});

test('a list that has grown at its end goes on with what is new', async () => {
  await sluice();
  await appendFile(join(folder, 'urls.txt'), `${site.origin}/two?new\n`);
  const requests = site.requests.length;
  const { stderr } = await sluice();
  assert.match(stderr, /^sluice: read 6 = .*\nsluice: went on behind 5 lines that were done\n$/);
  assert.deepEqual(
    site.requests.slice(requests).map(({ path }) => path),
    ['/two?new'],
  );
  assert.equal((await contentOf('links.tsv')).split('\n').length, HEADER.split('\n').length + 6);
});

for (const [label, args, env] of [
  ['--restart', ['--restart'], {}],
  ['SLUICE_RESTART', [], { SLUICE_RESTART: '1' }],
] as const) {
  test(`${label} without a checkpoint is wrong usage, and nothing is asked for or touched`, async () => {
    const files = await snapshotOf(folder);
    const requests = site.requests.length;
    const { code, stderr } = await callSluice(['-i', 'urls.txt', '-o', 'links.tsv', '--allow-private', ...args], {
      cwd: folder,
      env,
    });
    assert.deepEqual({ code, requests: site.requests.length }, { code: 2, requests });
    assert.equal(
      stderr,
      `sluice: ${label}: there is no checkpoint to start over from: leave it out, or name the checkpoint (--checkpoint FILE, or checkpoint: FILE in the pipeline file).\n`,
    );
    assert.deepEqual(await snapshotOf(folder), files);
  });
}

/** What makes a checkpoint one of something else, and what is said of it. */
const refusals: Readonly<
  Record<string, { readonly args?: readonly string[]; readonly text: RegExp; change?(): Promise<void> }>
> = {
  'another pipeline': { args: ['--select', 'all'], text: /checkpoint of another pipeline/ },
  'another shard': { args: ['--shard', '1/2'], text: /checkpoint of another pipeline/ },
  'another list': {
    text: /^sluice: urls\.txt: this is not the list/,
    change: () => writeFile(join(folder, 'urls.txt'), listOf('/two', '/gone', '/one')),
  },
  'a shorter list': {
    text: /^sluice: urls\.txt: this is not the list/,
    change: () => writeFile(join(folder, 'urls.txt'), listOf('/one')),
  },
  'a list that is gone': { text: /^sluice: urls\.txt: can't be read/, change: () => rm(join(folder, 'urls.txt')) },
  'an output that was shortened': {
    text: /links\.tsv: it has 30 bytes/,
    change: () => truncate(join(folder, 'links.tsv'), 30),
  },
  'an output that was changed': {
    text: /links\.tsv: it was changed by someone else/,
    change: async () => writeFile(join(folder, 'links.tsv'), (await contentOf('links.tsv')).toUpperCase()),
  },
  'an output that is gone': {
    text: /failures\.jsonl: the checkpoint knows this output, but it is gone/,
    change: () => rm(join(folder, 'failures.jsonl')),
  },
  'a file that is no checkpoint': {
    text: /run\.checkpoint: this is no checkpoint/,
    change: () => writeFile(join(folder, 'run.checkpoint'), '{"format":1'),
  },
};

for (const [what, { args = [], text, change }] of Object.entries(refusals)) {
  test(`${what} is refused with 3 and nothing is touched; --restart starts over`, async () => {
    await sluice('--limit', '2');
    const summary = await contentOf('summary.json');
    await appendFile(join(folder, 'links.tsv'), 'behind the checkpoint');
    await change?.();
    const files = await snapshotOf(folder);
    const requests = site.requests.length;
    const { code, stderr } = await sluice(...args);
    assert.deepEqual({ code, requests: site.requests.length }, { code: 3, requests });
    assert.match(stderr, text);
    assert.match(stderr, /^sluice: [^\n]+\n$/);
    assert.deepEqual(await snapshotOf(folder), files);
    assert.equal(await contentOf('summary.json'), summary);
    await writeFile(join(folder, 'urls.txt'), listOf('/one', '/gone', '/two', '/none', '/moved'));
    const restarted = await sluice('--restart');
    assert.equal(restarted.code, 0, restarted.stderr);
    assert.equal(await contentOf('links.tsv'), await undisturbedRows());
  });
}

for (const [what, input, text] of [
  ['another standard input', '/x\n/y\n/z\n', /^sluice: standard input: this is not the list/m],
  ['a standard input that differs in a line that is done', '/ane\n/two\n/none\n', /^sluice: standard input: /m],
  ['a shorter standard input', '/one\n', /^sluice: standard input: this is not the list/m],
  ['an empty standard input', '', /^sluice: standard input: this is not the list/m],
] as const) {
  test(`${what} is refused with 3, and no row is lost`, async () => {
    const args = ['--allow-private', '-o', 'links.tsv', '--checkpoint', 'run.checkpoint'];
    const stream = (paths: string) => paths.replaceAll('/', `${site.origin}/`);
    const first = await callSluice([...args, '--limit', '2'], { cwd: folder, input: stream('/one\n/two\n/none\n') });
    assert.equal(first.code, 0, first.stderr);
    const [rows, checkpoint] = [await contentOf('links.tsv'), await contentOf('run.checkpoint')];
    const { code, stderr } = await callSluice(args, { cwd: folder, input: stream(input) });
    assert.equal(code, 3);
    assert.match(stderr, text);
    assert.match(stderr, /^[^\n]+\n$/);
    assert.deepEqual([await contentOf('links.tsv'), await contentOf('run.checkpoint')], [rows, checkpoint]);
  });
}

test('a list that grows while others are to come is read as it was; what is added once it was read is refused by name', async () => {
  const files = { 'one.txt': listOf('/one'), 'two.txt': listOf('/two', '/none') };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const outputs = ['-o', 'links.tsv', '--checkpoint', 'run.checkpoint'];
  const args = ['--allow-private', '-c', '1', '-i', 'one.txt', '-i', 'two.txt', ...outputs];
  assert.equal((await callSluice([...args, '--limit', '2'], { cwd: folder })).code, 0);
  await appendFile(join(folder, 'one.txt'), listOf('/moved'));
  const before = await snapshotOf(folder);
  const refused = await callSluice(args, { cwd: folder });
  assert.equal(refused.code, 3);
  const added = listOf('/moved').length;
  assert.match(
    refused.stderr,
    new RegExp(`^sluice: one\\.txt: ${added} bytes were added after it had been read to its end`),
  );
  assert.deepEqual(await snapshotOf(folder), before);
  await writeFile(join(folder, 'one.txt'), files['one.txt']);
  await appendFile(join(folder, 'two.txt'), listOf('/one'));
  const { code, stderr } = await callSluice(args, { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^sluice: read 4 = 3 linked \+ 1 empty/);
});

test('a last line without an end that has grown is refused, also where a line before it was not done', async (t) => {
  await writeFile(join(folder, 'urls.txt'), listOf('/slow', '/one').trimEnd());
  const running = startSluice([...argsOf('-c', '2'), '--verbose'], { cwd: folder });
  t.after(running.stop);
  await site.requested(1, '/slow');
  await running.stderrIncludes('/one');
  running.kill('SIGINT');
  await running.stderrIncludes('once more stops at once');
  running.kill('SIGINT');
  assert.equal((await running.exit()).code, 130);
  await appendFile(join(folder, 'urls.txt'), '?of-another-page\n');
  const { code, stderr } = await sluice();
  assert.equal(code, 3, stderr);
  assert.match(stderr, /^sluice: urls\.txt:2: .* may have grown\./m);
});

test('a checkpoint in use is refused with 3, and whoever uses it is not disturbed', async (t) => {
  await writeFile(join(folder, 'urls.txt'), listOf('/slow'));
  // A test before this one has asked for it, too.
  const { length: asked } = site.requests.filter(({ path }) => path === '/slow');
  const running = startSluice(argsOf(), { cwd: folder });
  t.after(running.stop);
  await site.requested(asked + 1, '/slow');
  const second = startSluice(argsOf('--restart'), { cwd: folder });
  t.after(second.stop);
  const { code, stderr } = await second.exit();
  assert.equal(code, 3);
  assert.match(stderr, new RegExp(`run\\.checkpoint: the checkpoint is in use by process ${running.pid}\\.`));
  slow.release();
  assert.equal((await running.exit()).code, 0);
  assert.equal(await contentOf('links.tsv'), `${HEADER}${site.origin}/slow\t${site.origin}/x\n`);
  assert.equal((await readdir(folder)).includes('run.checkpoint.lock'), false);
});

test('--restart replaces what the run before has split, also where its options have changed', async () => {
  const write = (rows: number) =>
    writeFile(
      join(folder, 'split.json'),
      JSON.stringify({
        source: { lines: { path: 'urls.txt' } },
        steps: [{ fetch: { allowPrivate: true } }, 'links'],
        sink: { split: { path: 'links-{part}.tsv', rows } },
        checkpoint: 'run.checkpoint',
      }),
    );
  const run = (...args: readonly string[]) => callSluice(['run', 'split.json', ...args], { cwd: folder });
  const parts = async () => (await readdir(folder)).filter((name) => name.startsWith('links-')).sort();
  await write(1);
  assert.equal((await run()).code, 0);
  assert.deepEqual(await parts(), ['links-1.tsv', 'links-2.tsv', 'links-3.tsv']);
  await write(100);
  assert.equal((await run()).code, 3, 'another pipeline');
  const { code, stderr } = await run('--restart');
  assert.equal(code, 0, stderr);
  assert.deepEqual(await parts(), ['links-1.tsv']);
  await rm(join(folder, 'run.checkpoint'));
  assert.match((await run('--restart')).stderr, /files of that name are there/);
  assert.deepEqual(await parts(), ['links-1.tsv']);
});

test('a --restart that failed before it began to write is begun again with the same command, and without --restart', async () => {
  const document = {
    source: { lines: { path: 'urls.txt' } },
    steps: [{ fetch: { allowPrivate: true } }, 'links'],
    sink: { split: { path: 'links-{part}.tsv', rows: 1 } },
    failures: { jsonl: { path: 'failures.jsonl' } },
    checkpoint: 'run.checkpoint',
  };
  await writeFile(join(folder, 'split.json'), JSON.stringify(document));
  const run = (...args: readonly string[]) => callSluice(['run', 'split.json', ...args], { cwd: folder });
  assert.equal((await run()).code, 0);
  for (const args of [['--restart'], []]) {
    await rm(join(folder, 'failures.jsonl'));
    await symlink('not-there/failures.jsonl', join(folder, 'failures.jsonl'));
    assert.equal((await run('--restart')).code, 3);
    await rm(join(folder, 'failures.jsonl'));
    const { code, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^sluice: read 5 = [^\n]*\n$/);
  }
});

test('rows to standard output with a checkpoint are wrong usage', async () => {
  const { code, stderr } = await callSluice(['-i', 'urls.txt', '--checkpoint', 'run.checkpoint'], { cwd: folder });
  assert.equal(code, 2);
  assert.match(stderr, /--output: standard output can't be cut back to a checkpoint/);
  assert.deepEqual(await readdir(folder), ['urls.txt']);
});

test('a checkpoint that cannot be written stops the run with 3 and the reason', async () => {
  const { code, stderr } = await sluice('--checkpoint', '/proc/run.checkpoint');
  assert.equal(code, 3);
  assert.match(stderr, /^sluice: \/proc\/run\.checkpoint/);
});

test('no header of ours gets into a checkpoint', async () => {
  await sluice('-H', 'Authorization: Bearer hush');
  assert.equal((await contentOf('run.checkpoint')).includes('hush'), false);
});

test('--checkpoint-interval needs a duration', async () => {
  const { code, stderr } = await sluice('--checkpoint-interval', 'often');
  assert.deepEqual(
    { code, stderr },
    { code: 2, stderr: 'sluice: --checkpoint-interval: expected a duration such as 2s, got "often".\n' },
  );
});

function argsOf(...more: readonly string[]): readonly string[] {
  const files = ['-i', 'urls.txt', '-o', 'links.tsv', '--failures', 'failures.jsonl', '--checkpoint', 'run.checkpoint'];
  return ['--allow-private', '-c', '1', '--summary', 'summary.json', ...files, ...more];
}

function sluice(...more: readonly string[]) {
  return callSluice(argsOf(...more), { cwd: folder });
}

function listOf(...paths: readonly string[]): string {
  return paths.map((path) => `${site.origin}${path}\n`).join('');
}

function contentOf(name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8');
}

/** One request at a time: the rows have the order of the list. */
async function undisturbedRows(): Promise<string> {
  return (await callSluice(['--allow-private', '-c', '1', '-i', 'urls.txt'], { cwd: folder })).stdout;
}
