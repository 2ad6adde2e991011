import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  ConfigError,
  checkPipeline,
  defineSink,
  defineSource,
  defineStep,
  duration,
  type LineResult,
  RecordError,
  type Row,
  runPipeline,
  skip,
  z,
} from '../../src/index.ts';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { held, type Route, type Site, startSite } from '../helpers/network/site.ts';

const FETCH = { fetch: { allowPrivate: true, retries: 0 } };

test('a pipeline that is a plain value writes its rows and tells its totals', async (t) => {
  const { site, folder } = await setUp(t, { '/': '<a href="/x">' });
  const lines: LineResult[] = [];
  const result = await runPipeline(
    {
      source: { urls: { list: [site.origin, `${site.origin}/gone`] } },
      steps: [FETCH, 'links'],
      sink: { tsv: { path: 'links.tsv' } },
      summary: 'summary.json',
      ordered: true,
    },
    { cwd: folder, onLine: (line) => lines.push(line) },
  );
  const { end, complete, totals, error, doneBefore } = result;
  assert.deepEqual([end, complete, error, doneBefore], ['finished', true, undefined, undefined]);
  assert.deepEqual([totals.read, totals.linked, totals.failed, totals.rows], [2, 1, 1, 1]);
  assert.deepEqual(lines.map(({ outcome }) => outcome).sort(), ['failed', 'linked']);
  const rows = await readFile(join(folder, 'links.tsv'), 'utf8');
  assert.equal(rows, `source_url\tparsed_url\n${site.origin}\t${site.origin}/x\n`);
  assert.equal(JSON.parse(await readFile(join(folder, 'summary.json'), 'utf8')).read, 2);
});

test('a summary for standard output goes to the stdout that is given, and makes no file', async (t) => {
  const { site, folder } = await setUp(t, { '/': '<a href="/x">' });
  const stdout = new PassThrough();
  const source = { urls: { list: [site.origin] } };
  const pipeline = { source, steps: [FETCH, 'links'], sink: { tsv: { path: 'links.tsv' } }, summary: '-' };
  await runPipeline(pipeline, { cwd: folder, stdout });
  assert.equal(JSON.parse(String(stdout.read())).read, 1);
  assert.deepEqual(await readdir(folder), ['links.tsv']);
});

test("a file's paths start from its folder; values are set by path; variables come from env", async (t) => {
  const { site, folder } = await setUp(t, { '/': '<a href="/x"><img src="/y">' });
  await mkdir(join(folder, 'jobs'));
  await writeFile(join(folder, 'jobs/urls.txt'), site.origin);
  const file = join(folder, 'jobs/links.yaml');
  await writeFile(
    file,
    'source: { lines: { path: urls.txt } }\nsteps: [fetch: { allowPrivate: true }, links]\nsink: { jsonl: { path: "${OUT}" } }\n',
  );
  const env = { OUT: 'out.jsonl' };
  const set = { 'steps.links.select': ['img@src'], 'sink.jsonl.columns': ['parsed_url'] };
  for (const input of [pathToFileURL(file), 'jobs/links.yaml']) {
    const { end } = await runPipeline(input, { env, set, cwd: folder });
    assert.equal(end, 'finished');
    assert.equal(await readFile(join(folder, 'jobs/out.jsonl'), 'utf8'), `{"parsed_url":"${site.origin}/y"}\n`);
  }
});

test('standard input and output are those that are given', async (t) => {
  const { site } = await setUp(t, { '/': '<a href="/x">' });
  const stdout = new PassThrough();
  const result = await runPipeline(
    { source: { lines: { path: '-' } }, steps: [FETCH, 'links'] },
    { stdin: Readable.from([Buffer.from(`${site.origin}\n`)]), stdout },
  );
  assert.equal(result.end, 'finished');
  assert.equal(stdout.writableEnded, false);
  stdout.end();
  assert.equal(await text(stdout), `source_url\tparsed_url\n${site.origin}\t${site.origin}/x\n`);
});

test('own stages stand beside ours', async (t) => {
  const { site } = await setUp(t, { '/a': '<a href="/x">', '/b': '<a href="/y">' });
  const numbers = defineSource({
    name: 'letters',
    summary: 'One URL a letter.',
    options: z.strictObject({ letters: z.string() }),
    create: ({ letters }) => ({
      items: Readable.from([
        [...letters].map((letter, index) => ({
          origin: { input: 'letters', line: index + 1, offset: index },
          sourceUrl: letter,
          url: new URL(`/${letter}`, site.origin),
        })),
      ]),
    }),
  });
  const choosy = defineStep({
    name: 'choosy',
    summary: 'Passes on what it likes.',
    input: 'url',
    output: 'url',
    options: z.strictObject({ patience: duration().prefault('5s') }),
    create: ({ patience }) => ({
      concurrency: 1,
      process: (record) => {
        if (record.sourceUrl === 'c') return skip('filtered');
        if (record.sourceUrl === 'd') throw new RecordError('step', `not after ${patience} ms`);
        return record;
      },
    }),
  });
  const rows: Row[] = [];
  const messages: string[] = [];
  const memory = defineSink({
    name: 'memory',
    summary: 'Keeps the rows.',
    extensions: [],
    options: z.strictObject({ columns: z.array(z.string()) }),
    create: () =>
      Promise.resolve({
        write: (given) => void rows.push(...given),
        flush: async () => {},
        mark: async () => ({ length: 0, tail: '' }),
        close: async () => {},
        abort: async () => {},
      }),
  });
  const { totals } = await runPipeline(
    {
      source: { letters: { letters: 'abcd' } },
      steps: ['choosy', FETCH, 'links'],
      sink: { memory: { columns: ['source_url', 'parsed_url'] } },
    },
    {
      stages: [numbers, choosy, memory],
      onLine: (line) => {
        if (line.outcome === 'failed') messages.push(line.error.message);
      },
    },
  );
  assert.deepEqual(rows.toSorted(), [
    ['a', `${site.origin}/x`],
    ['b', `${site.origin}/y`],
  ]);
  assert.deepEqual(messages, ['not after 5000 ms']);
  assert.deepEqual([totals.skippedByReason, totals.failedByCode], [{ filtered: 1 }, { step: 1 }]);
});

test('what an own stage throws by mistake is thrown on', async (t) => {
  const { site } = await setUp(t, {});
  const mistake = new TypeError('undefined is not a function');
  const wrong = defineStep({
    name: 'wrong',
    summary: 'Has a bug.',
    input: 'url',
    output: 'url',
    options: z.strictObject({}),
    create: () => ({
      concurrency: 1,
      process: () => {
        throw mistake;
      },
    }),
  });
  const pipeline = { source: { urls: { list: [site.origin] } }, steps: ['wrong', FETCH, 'links'] };
  await assert.rejects(runPipeline(pipeline, { stages: [wrong], stdout: new PassThrough() }), mistake);
});

test('a pipeline that can not run is refused before any request, with every problem', async (t) => {
  const { site, folder } = await setUp(t, {});
  const pipeline = {
    source: { urls: { list: [site.origin] } },
    steps: [{ fetch: { timeot: '1s' } }, { links: { select: 7 } }],
  };
  const messages = (await checkPipeline(pipeline, { cwd: folder })).map(({ message }) => message);
  assert.equal(messages.length, 2);
  assert.equal(messages[0], 'pipeline: steps[0].fetch.timeot: unknown option "timeot"; did you mean "timeout"?');
  await assert.rejects(runPipeline(pipeline, { cwd: folder }), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(error.problems, messages);
    return true;
  });
  assert.equal(site.requests.length, 0);
});

test("a problem of a file has its place, a file that isn't there is refused, and a good one has no problems", async (t) => {
  const { folder } = await setUp(t, {});
  await writeFile(join(folder, 'wrong.yaml'), 'source: { urls: { list: [a.example] } }\nsteps: [fetch, link]\n');
  const [problem, ...others] = await checkPipeline('wrong.yaml', { cwd: folder });
  assert.deepEqual(others, []);
  assert.equal(problem?.message, 'wrong.yaml:2:16: steps[1]: unknown step "link"; did you mean "links"?');
  assert.deepEqual(problem?.position, { line: 2, column: 16 });
  await assert.rejects(checkPipeline('gone.yaml', { cwd: folder }), ConfigError);
  assert.deepEqual(await checkPipeline({ source: { urls: { list: ['a.example'] } }, steps: ['fetch', 'links'] }), []);
});

test('a restart of what keeps no checkpoint is refused', async () => {
  const pipeline = { source: { urls: { list: ['http://127.0.0.1:9/'] } }, steps: [FETCH, 'links'] };
  await assert.rejects(
    runPipeline(pipeline, { restart: true }),
    (error) => error instanceof ConfigError && error.message.startsWith('restart: there is no checkpoint'),
  );
});

test('two stages of one name are refused', async () => {
  const again = defineStep({
    name: 'dedupe',
    summary: 'Is there already.',
    input: 'url',
    output: 'url',
    options: z.strictObject({}),
    create: () => ({ concurrency: 1, process: (record) => record }),
  });
  await assert.rejects(checkPipeline({ source: 'lines' }, { stages: [again] }), {
    message: 'there are two stages of the type step and the name dedupe.',
  });
});

test('stopSignal finishes what is in flight, signal does not', async (t) => {
  const slow = held('<a href="/x">');
  const { site } = await setUp(t, { '/': slow });
  const pipeline = { source: { lines: { path: '-' } }, steps: [FETCH, 'links'] };
  for (const [name, linked] of [
    ['stopSignal', 1],
    ['signal', 0],
  ] as const) {
    const stdin = new PassThrough();
    stdin.write(`${site.origin}\n`);
    const controller = new AbortController();
    const asked = site.requests.length;
    const running = runPipeline(pipeline, { stdin, stdout: new PassThrough(), [name]: controller.signal });
    await site.requested(asked + 1);
    controller.abort();
    if (linked === 1) slow.releaseOne();
    const { end, complete, totals } = await running;
    assert.deepEqual([end, complete, totals.linked], ['interrupted', false, linked], name);
  }
  await site.idle();
});

test('an output that can not be written is the result, not an exception', async (t) => {
  const { site, folder } = await setUp(t, { '/': '<a href="/x">' });
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done(new Error('the disk is full')) });
  const { end, complete, error } = await runPipeline(
    { source: { urls: { list: [site.origin] } }, steps: [FETCH, 'links'] },
    { stdout, cwd: folder },
  );
  assert.deepEqual([end, complete, error?.code], ['failed', false, 'SINK_FAILED']);
});

test('a run in which every line fails has too many failures, though it is complete', async (t) => {
  const { site } = await setUp(t, {});
  const { end, complete } = await runPipeline(
    { source: { urls: { list: [site.origin] } }, steps: [FETCH, 'links'] },
    { stdout: new PassThrough() },
  );
  assert.deepEqual([end, complete], ['too-many-failures', true]);
});

async function setUp(t: TestContext, routes: Readonly<Record<string, Route>>): Promise<{ site: Site; folder: string }> {
  const site = await startSite(routes);
  t.after(site.close);
  const folder = await temporaryFolder();
  t.after(() => removeFolder(folder));
  return { site, folder };
}
