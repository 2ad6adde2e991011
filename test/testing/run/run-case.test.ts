import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CaseFolder, pipelineWith } from '../../helpers/files/case-folder.ts';
import { startSite } from '../../helpers/network/site.ts';

/** So much that it is not decompressed at once. */
const LARGE = Buffer.from(`<a href=b>${'<p>a text'.repeat(400_000)}`);

describe('a case passes', () => {
  passes('with the rows that are expected, its input and outputs being none of the files', {
    input: ['a.example'],
    answers: { 'https://a.example/': '<a href=b>' },
    expected: { rows: [{ source_url: 'a.example', parsed_url: 'https://a.example/b' }], exitCode: 0 },
  });

  passes('that expects nothing and has an answer for what is asked', {
    input: ['a.example'],
    answers: { 'https://*': '' },
  });

  passes('whose input is empty', { input: '', expected: { rows: [], summary: { read: 0, complete: true } } });

  passes('in the order of the input, whoever answers first', {
    input: ['https://a.example/', 'https://b.example/'],
    answers: {
      'https://a.example/': { body: '<a href=slow>', delay: '5s' },
      'https://b.example/': '<a href=fast>',
    },
    expected: {
      rows: [{ parsed_url: 'https://a.example/slow' }, { parsed_url: 'https://b.example/fast' }],
      pages: [{ ms: 5000 }, { ms: 0 }],
    },
  });

  passes(
    'with variables and options of its own',
    {
      input: ['https://a.example/'],
      set: { 'steps.fetch.retries': 0 },
      env: { AGENT: 'tester' },
      answers: { '*': { failure: 'reset' } },
      expected: { failures: [{ code: 'reset', attempts: 1 }] },
    },
    'userAgent: "${AGENT}"',
  );

  passes(
    'at the time that it names',
    {
      input: ['https://a.example/'],
      now: '2026-01-31T12:00:00Z',
      set: { 'sink.tsv.columns': ['fetched_at'] },
      answers: { '*': { body: '<a href=b>', delay: '1m' } },
      expected: { rows: [['2026-01-31T12:01:00.000Z']] },
    },
    'timeout: 2m, headersTimeout: 2m',
  );

  passes('whose answer is compressed, in a file', {
    input: ['https://a.example/'],
    answers: { '*': { file: 'page.gz', headers: { 'Content-Encoding': 'gzip' } } },
    expected: { contains: [{ parsed_url: 'https://a.example/packed' }] },
  });

  passes('by the first pattern that fits, and by a URL before all', {
    input: ['https://a.example/x/1', 'https://a.example/x/2', 'https://a.example/3'],
    answers: {
      'https://*/x/*': { status: 410 },
      'https://*': { status: 404 },
      'https://a.example/x/2': { status: 403 },
    },
    expected: { failures: [{ status: 410 }, { status: 403 }, { status: 404 }], exitCode: 1 },
  });
});

describe('a case has', () => {
  passes('requests to compare, by their URLs and those of their fields that are named', {
    input: ['https://a.example/'],
    set: { 'steps.fetch.cookies': true },
    answers: {
      'https://a.example/': { status: 302, headers: { Location: '/b', 'Set-Cookie': 's=1' } },
      'https://a.example/b': '',
    },
    expected: {
      requests: [
        { url: 'https://a.example/', Cookie: null },
        { url: 'https://a.example/b', Cookie: 's=1' },
      ],
    },
  });

  passes('the exit code of a pipeline whose stage finds that it can not begin', {
    set: { source: { csv: { path: '-', column: 'link' } } },
    input: 'url\nhttps://a.example/\n',
    expected: { exitCode: 3 },
  });

  it('notes of the answers that nothing asks for, and passes all the same', async (t) => {
    const folder = await folderOf(t, { input: [], answers: { 'https://a.example/': '' } });
    const { code, stdout } = await folder.test('a.test.yaml');
    assert.equal(code, 0);
    assert.ok(stdout.includes('  ✓ case\n      unused: nothing asks for https://a.example/\n'), stdout);
  });

  it('no time that passes while a body is decompressed', async (t) => {
    const answer = { file: 'large.gz', headers: { 'Content-Encoding': 'gzip' } };
    const expected = { pages: [{ outcome: 'linked', bytes: LARGE.length, ms: 0 }] };
    const folder = await folderOf(t, { input: ['https://a.example/'], answers: { '*': answer }, expected });
    await folder.write('large.gz', gzipSync(LARGE, { level: 9 }));
    const { code, stdout } = await folder.test('a.test.yaml');
    assert.equal(code, 0, stdout);
  });

  it('no request that leaves it: not for a host that is there', async (t) => {
    const site = await startSite({ '/': '<a href=real>' });
    t.after(() => site.close());
    const folder = await folderOf(
      t,
      {
        input: [`${site.origin}/`],
        answers: { '*': '<a href=canned>' },
        expected: { rows: [{ parsed_url: `${site.origin}/canned` }] },
      },
      'allowPrivate: true',
    );
    const { code, stdout } = await folder.test('a.test.yaml');
    assert.equal(code, 0, stdout);
    assert.deepEqual(site.requests, []);
  });

  it('no trace on the disk, whatever the pipeline writes', async (t) => {
    const sinks =
      'sink: [{ split: { path: "part-{part}.tsv.gz" } }, { sqlite: { path: l.sqlite } }, { jsonl: { path: l.jsonl } }]';
    const others = 'failures: { csv: { path: f.csv } }\npages: { csv: { path: p.csv } }\nsummary: s.json';
    const expected = { summary: { rows: 1 } };
    const folder = await folderOf(t, { input: ['https://a.example/'], answers: { '*': '<a href=b>' }, expected });
    await folder.write('a.yaml', pipelineWith('timeout: 30s', `${sinks}\n${others}`));
    const before = await folder.list();
    const { code, stdout, stderr } = await folder.test('a.test.yaml');
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await folder.list(), before);
  });
});

describe('each failure of the network is told as a run would, after its attempts, in no time', () => {
  const codes = [
    ['refused', 'connect-refused', 3],
    ['dns', 'dns', 1],
    ['tls', 'tls', 1],
    ['connect-timeout', 'connect-timeout', 3],
    ['timeout', 'headers-timeout', 3],
    ['reset', 'reset', 3],
    ['protocol', 'protocol', 1],
    ['truncated', 'reset', 3],
    ['stalled', 'idle-timeout', 3],
  ] as const;
  for (const [failure, code, attempts] of codes) {
    passes(`${failure} is ${code}, ${attempts} attempts`, {
      input: ['https://a.example/'],
      answers: { '*': { failure, body: '<a href=b>' } },
      expected: { rows: [], failures: [{ code, attempts }] },
    });
  }
});

describe('a case fails', () => {
  fails('where an answer is lacking, whatever is expected', 'no answer for GET https://a.example/', {
    input: ['https://a.example/'],
  });

  fails('where a row is missing and another is there', /- .*"https:\/\/a.example\/c".*\n.*\+ .*\/b"/, {
    input: ['https://a.example/'],
    answers: { '*': '<a href=b>' },
    expected: { rows: [{ parsed_url: 'https://a.example/c' }] },
  });

  fails('where a row that must be there is not, and shows the one that is most like it', /- .*b".*\n {6}\+ .*\/c"/, {
    input: ['https://a.example/'],
    answers: { '*': '<a href=/c>' },
    expected: { contains: [{ source_url: 'https://a.example/', parsed_url: 'https://a.example/b' }] },
  });

  fails(
    'where no answer has the URL that is asked for, and names the nearest',
    'did you mean https://a.example/lamps?',
    {
      input: ['https://a.example/lamp'],
      answers: { 'https://a.example/lamps': '' },
    },
  );

  fails('where a stage can not begin', "nosuch: can't be run", {
    set: { steps: ['fetch', 'links', { exec: { command: ['nosuch'] } }] },
    input: [],
  });

  fails('where control characters differ, which are shown as escapes', '- { text: "a\\tb" }', {
    set: { 'sink.tsv.columns': ['text'] },
    input: ['https://a.example/'],
    answers: { '*': '<a href=b>a b</a>' },
    expected: { rows: [{ text: 'a\tb' }] },
  });

  fails('where a total is another', /- linked: 2\n {6}\+ linked: 1/, {
    input: ['https://a.example/'],
    answers: { '*': '<a href=b>' },
    expected: { summary: { linked: 2 } },
  });

  fails('where the exit code is another', '+ exitCode: 0', {
    input: ['https://a.example/'],
    answers: { '*': '' },
    expected: { exitCode: 1 },
  });

  fails('where an address is private: canned names alone count as public', 'blocked-address', {
    input: ['http://10.0.0.1/'],
    answers: { '*': '' },
    expected: { failures: [{ code: 'dns' }] },
  });
});

function passes(title: string, testCase: object, fetch?: string): void {
  it(title, async (t) => {
    const folder = await folderOf(t, testCase, fetch);
    const { code, stdout, stderr } = await folder.test('a.test.yaml');
    assert.equal(code, 0, stdout + stderr);
  });
}

function fails(title: string, what: string | RegExp, testCase: object): void {
  it(title, async (t) => {
    const folder = await folderOf(t, testCase);
    const { code, stdout } = await folder.test('a.test.yaml');
    assert.equal(code, 1);
    if (typeof what === 'string') assert.ok(stdout.includes(what), stdout);
    else assert.match(stdout, what);
  });
}

async function folderOf(t: TestContext, testCase: object, fetch?: string): Promise<CaseFolder> {
  const folder = await CaseFolder.make(fetch);
  t.after(() => folder.remove());
  await folder.writeCases({ name: 'case', ...testCase });
  return folder;
}
