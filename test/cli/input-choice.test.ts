import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { giveLinkSite } from '../helpers/network/link-site.ts';
import type { Site } from '../helpers/network/site.ts';
import { callSluice } from '../helpers/processes/command-line.ts';

let site: Site;
let folder: string;
giveLinkSite((given) => {
  ({ site, folder } = given);
});

describe('--skip', () => {
  it('leaves out the first lines of the input, comments not counted, before --limit counts', async () => {
    const list = `# a list\n${site.origin}/two\n\nno url\n${site.origin}/one\n${site.origin}/none\n`;
    const { code, stdout, stderr } = await sluice(['--skip', '2', '--limit', '1'], list);
    assert.deepEqual([code, stdout], [0, `source_url\tparsed_url\n${site.origin}/one\t${site.origin}/z\n`]);
    assert.match(stderr, /^sluice: read 1 = 1 linked \+ 0 empty \+ 0 failed \+ 0 skipped,/);
  });

  it('of more lines than there are is a run of nothing', async () => {
    const { code, stderr } = await sluice(['--skip', '5'], `${site.origin}/one\n`);
    assert.equal(code, 0);
    assert.match(stderr, /^sluice: read 0 = /);
  });

  it('is part of what a checkpoint belongs to, and counts once', async () => {
    await writeFile(join(folder, 'list.txt'), `${site.origin}/two\n${site.origin}/one\n${site.origin}/none\n`);
    const args = ['-i', 'list.txt', '-o', 'links.tsv', '--checkpoint', 'state', '--summary', 'summary.json'];
    assert.equal((await sluice([...args, '--skip', '1', '--limit', '1'])).code, 0);
    const other = await sluice([...args, '--limit', '1']);
    assert.equal(other.code, 3);
    assert.match(other.stderr, /this is the checkpoint of another pipeline/);
    const { code, stderr } = await sluice([...args, '--skip', '1']);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /went on behind 1 lines/);
    const { read, linked, empty } = JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8'));
    assert.deepEqual({ read, linked, empty }, { read: 2, linked: 1, empty: 1 });
  });

  it('takes a number of lines', async () => {
    const { code, stderr } = await sluice(['--skip=-1']);
    assert.equal(code, 2);
    assert.match(stderr, /^sluice: --skip: expected a number of at least 0, got -1\./);
  });
});

describe('--only-codes', () => {
  const failures = () =>
    [
      { source_url: `${site.origin}/one`, code: 'reset' },
      { source_url: `${site.origin}/none`, code: 'dns' },
      { source_url: `${site.origin}/two`, code: 'http-status' },
    ]
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('');

  it('reads those lines of a failures output again that failed with one of them', async () => {
    await writeFile(join(folder, 'failures.jsonl'), failures());
    const { code, stderr } = await sluice(['-i', 'failures.jsonl', '--only-codes', 'reset,http-status']);
    assert.equal(code, 0);
    assert.match(stderr, /^sluice: read 2 = 2 linked /);
  });

  for (const [what, args, message] of [
    [
      'a code that there is not',
      ['-i', 'failures.jsonl', '--only-codes', 'htp-status'],
      /^sluice: --only-codes.*: expected one of .*; did you mean "http-status"\?/,
    ],
    [
      'a list of lines',
      ['-i', 'list.txt', '--only-codes', 'dns'],
      /^sluice: --only-codes.*: needs inputs with a column code, .* list\.txt is read as lines/,
    ],
    ['no input', ['--only-codes', 'dns'], /^sluice: --only-codes.*: .* standard input is read as lines/],
    ['URLs', ['https://a.example/', '--only-codes', 'dns'], /^sluice: --only-codes: URLs are given as arguments too/],
    [
      'a table without codes',
      ['-i', 'pages.csv', '--only-codes', 'dns'],
      /^sluice: pages\.csv:1: no column code; columns found: source_url\./,
    ],
  ] as const) {
    it(`with ${what} is wrong usage`, async () => {
      await writeFile(join(folder, 'failures.jsonl'), failures());
      await writeFile(join(folder, 'pages.csv'), 'source_url\na.example\n');
      const { code, stdout, stderr } = await sluice(args);
      assert.deepEqual([code, stdout], [2, ''], stderr);
      assert.match(stderr, message);
    });
  }
});

describe('the password of a line', () => {
  const SECRET = 's3cret';

  it('is in the rows, and in no message and no checkpoint', async () => {
    const { host } = new URL(site.origin);
    const lines = [
      `http://user:${SECRET}@${host}/one`,
      `http://user:${SECRET}@${host}/gone`,
      `http://${SECRET}@127.0.0.1:1/`,
      `http://user:${SECRET}@no host/`,
      `user:${SECRET}@127.0.0.1:1/x`,
      `ftp://user:${SECRET}@${host}/`,
      `http://user:${SECRET}@${host}/none`,
    ];
    const outputs = [
      '-o',
      'links.tsv',
      '--failures',
      'failures.jsonl',
      '--pages',
      'pages.jsonl',
      '--summary',
      'summary.json',
    ];
    await writeFile(join(folder, 'list.txt'), `${lines.join('\n')}\n`);
    const args = ['-i', 'list.txt', ...outputs, '--retries', '0', '--checkpoint', 'state', '-v'];
    const { code, stderr } = await sluice(args);
    assert.equal(code, 0);
    assert.match(stderr, /^linked +http:\/\/\*{8}@/m);
    assert.doesNotMatch(stderr, new RegExp(SECRET));
    const textOf = (name: string) => readFile(join(folder, name), 'utf8');
    assert.match(await textOf('links.tsv'), new RegExp(`^${lines[0]}\t`, 'm'));
    const failures = (await textOf('failures.jsonl'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(failures.length, 5);
    for (const { source_url, message } of failures) {
      assert.ok(lines.includes(source_url));
      assert.doesNotMatch(message, new RegExp(SECRET));
    }
    for (const name of ['state', 'summary.json']) assert.doesNotMatch(await textOf(name), new RegExp(SECRET));

    await writeFile(join(folder, 'list.txt'), `${lines.slice(0, 2).join('\n')}\nother:${SECRET}@a.example\n`);
    const refused = await sluice(args);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /^sluice: list\.txt: this is not the list that the checkpoint was made with/);
    assert.doesNotMatch(refused.stderr, new RegExp(SECRET));
    const piped = await sluice(
      args.map((arg) => (arg === 'list.txt' ? '-' : arg)).concat('--restart'),
      lines.join('\n'),
    );
    assert.equal(piped.code, 0);
    const other = await sluice(
      args.map((arg) => (arg === 'list.txt' ? '-' : arg)),
      `x:${SECRET}@y\n`,
    );
    assert.equal(other.code, 3, other.stderr);
    assert.doesNotMatch(other.stderr, new RegExp(SECRET));
  });

  it('that stands where a table has its header is masked', async () => {
    await writeFile(join(folder, 'list.csv'), `user:${SECRET}@a.example,http://u:${SECRET}@b.example\n`);
    const { code, stderr } = await sluice(['-i', 'list.csv']);
    assert.equal(code, 3);
    assert.match(stderr, /columns found: \*{8}@a\.example, http:\/\/\*{8}@b\.example/);
  });
});

function sluice(args: readonly string[], input = '') {
  return callSluice(['--allow-private', '--no-progress', ...args], { cwd: folder, input });
}
