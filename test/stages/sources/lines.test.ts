import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import type { Source, SourceResume } from '../../../src/core/stage.ts';
import { linesSource } from '../../../src/stages/sources/lines.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';

describe('a file', () => {
  it('is read as one URL a line; blank lines and comments are passed over, and counted', async (t) => {
    const source = await sourceOf(t, { 'list.txt': '# a list\n\nexample.com/a\r\n  https://example.com/b \n' });
    assert.deepEqual(
      (await itemsOf(source)).map(({ origin, sourceUrl, url }) => [origin, sourceUrl, url?.href]),
      [
        [{ input: 'list.txt', line: 3, offset: 10 }, 'example.com/a', 'https://example.com/a'],
        [{ input: 'list.txt', line: 4, offset: 25 }, 'https://example.com/b', 'https://example.com/b'],
      ],
    );
  });

  it('may hold lines that fail, each by itself', async (t) => {
    const bytes = Buffer.concat([
      Buffer.from('no url\nmailto:a@b\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('ok.example'),
    ]);
    const items = await itemsOf(await sourceOf(t, { 'list.txt': bytes }));
    assert.deepEqual(
      items.map(({ error }) => error?.code),
      ['invalid-url', 'unsupported-scheme', 'invalid-url', undefined],
    );
    assert.deepEqual(
      items.map(({ sourceUrl }) => sourceUrl),
      ['no url', 'mailto:a@b', '\ufffd', 'ok.example'],
    );
  });

  it('that is empty gives nothing', async (t) => {
    assert.deepEqual(await itemsOf(await sourceOf(t, { 'list.txt': '' })), []);
  });

  it('of several members is decompressed to its end by .gz', async (t) => {
    const bytes = Buffer.concat([zlib.gzipSync('a.example\n'), zlib.gzipSync('b.example\n')]);
    assert.deepEqual(await textsOf(await sourceOf(t, { 'list.txt.gz': bytes })), ['a.example', 'b.example']);
  });

  it('of a compression that this Node lacks is wrong usage, told before anything is read', async (t) => {
    if ('createZstdDecompress' in zlib) return t.skip('this Node has Zstandard');
    await assert.rejects(sourceOf(t, { 'a.txt': 'a.example', 'list.txt.zst': 'x' }), { code: 'CONFIG' });
  });
});

describe('a table', () => {
  const tables = {
    'a.jsonl': '{"code":"dns","source_url":"a.example"}\n\n{"source_url":"no url"}\n',
    'b.csv': 'code,source_url\ndns,"https://b.example/x,y"\n',
    'c.TSV': 'source_url\tcode\nc.example\tdns\n#d.example\tdns\n',
  };

  it('is read by its column source_url, with the lines of the file', async (t) => {
    const items = await itemsOf(await sourceOf(t, { ...tables, 'd.csv.gz': zlib.gzipSync('source_url\nd.example\n') }));
    assert.deepEqual(
      items.map(({ origin, sourceUrl, url, error }) => [
        `${origin.input}:${origin.line}`,
        sourceUrl,
        url?.href ?? error?.code,
      ]),
      [
        ['a.jsonl:1', 'a.example', 'https://a.example/'],
        ['a.jsonl:3', 'no url', 'invalid-url'],
        ['b.csv:2', 'https://b.example/x,y', 'https://b.example/x,y'],
        ['c.TSV:2', 'c.example', 'https://c.example/'],
        ['c.TSV:3', '#d.example', 'invalid-url'],
        ['d.csv.gz:2', 'd.example', 'https://d.example/'],
      ],
    );
  });

  it('may have lines that are torn: each fails by itself', async (t) => {
    const text = '{"source_url":"a.exa\n{"source_url":"b.example"}\n{"url":"c.example"}';
    const items = await itemsOf(await sourceOf(t, { 'a.jsonl': text }));
    assert.deepEqual(
      items.map(({ sourceUrl, error }) => [sourceUrl, error?.code, error?.message]),
      [
        ['', 'invalid-url', '"": the line is no JSON object'],
        ['b.example', undefined, undefined],
        ['', 'invalid-url', '"": the line is without source_url'],
      ],
    );
  });

  it('without the column is told with its place and the columns that there are', async (t) => {
    const table = await sourceOf(t, { 'a.jsonl': '\n{"url":"b.example"}\n{"source_url":"a.example"}\n' });
    await fails(table, /^a\.jsonl:2: no column source_url; columns found: url\.$/);
    await fails(
      await sourceOf(t, { 'a.csv': 'url,code\n' }),
      /^a\.csv:1: no column source_url; columns found: url, code/,
    );
  });

  it('whose quotes are wrong is told with its path', async (t) => {
    await fails(
      await sourceOf(t, { 'a.csv': 'source_url\n"a.example' }),
      /^a\.csv: can't be read: .*CSV_QUOTE_NOT_CLOSED/,
    );
  });
});

describe('with onlyCodes', () => {
  const failures = {
    'a.jsonl': '{"source_url":"a.example","code":"dns"}\n{"source_url":"b.example","code":"reset"}\n{"torn\n',
    'b.csv': 'code,source_url\nreset,c.example\nhttp-status,d.example\n',
    'c.tsv': 'source_url\tcode\ne.example\ttls\nf.example\tdns\n',
  };

  it('only the rows with one of these codes are items, and those that cannot be read', async (t) => {
    const source = coded(Object.keys(failures), await scratchFolder(t, failures), ['dns', 'http-status']);
    assert.deepEqual(
      (await itemsOf(source)).map(({ origin, sourceUrl }) => [`${origin.input}:${origin.line}`, sourceUrl]),
      [
        ['a.jsonl:1', 'a.example'],
        ['a.jsonl:3', ''],
        ['b.csv:3', 'd.example'],
        ['c.tsv:3', 'f.example'],
      ],
    );
  });

  it('a table without codes is wrong usage, told with its place before anything is read', async (t) => {
    const files = { ...failures, 'd.csv': 'source_url,status\na.example,200\n' };
    const source = coded(Object.keys(files), await scratchFolder(t, files), ['dns']);
    const message = 'd.csv:1: no column code; columns found: source_url, status.';
    await assert.rejects(async () => source.open?.(), { code: 'CONFIG', message });
  });

  it('a table that is empty gives nothing', async (t) => {
    const files = { 'a.jsonl': '', 'b.csv': '', 'c.csv': 'source_url,code\n' };
    assert.deepEqual(await itemsOf(coded(Object.keys(files), await scratchFolder(t, files), ['dns'])), []);
  });

  it('inputs that are no tables, and codes that there are none of, are wrong usage', () => {
    const issuesOf = (options: object) => linesSource.options.safeParse(options).error?.issues ?? [];
    const [issue] = issuesOf({ path: ['a.csv.gz', 'list.txt'], onlyCodes: ['dns'] });
    assert.deepEqual(issue?.path, ['onlyCodes']);
    assert.match(issue?.message ?? '', /^needs inputs with a column code, .*; list\.txt is read as lines$/);
    assert.match(issuesOf({ onlyCodes: ['dns'] })[0]?.message ?? '', /; standard input is read as lines$/);
    for (const onlyCodes of [[], ['dsn'], 'dns']) {
      assert.equal(issuesOf({ path: 'a.csv', onlyCodes })[0]?.path[0], 'onlyCodes');
    }
  });
});

describe('several inputs', () => {
  it('are read in their order, each with its own line numbers', async (t) => {
    const items = await itemsOf(await sourceOf(t, { 'b.txt': 'b.example/1\nb.example/2', 'a.txt': 'a.example' }));
    assert.deepEqual(
      items.map(({ origin }) => `${origin.input}:${origin.line}`),
      ['b.txt:1', 'b.txt:2', 'a.txt:1'],
    );
  });

  it('may be standard input among files', async (t) => {
    const stdin = new PassThrough();
    stdin.end('stdin.example\n');
    const source = await sourceOf(t, { 'a.txt': 'a.example\n', '-': '' }, stdin);
    assert.deepEqual(
      (await itemsOf(source)).map(({ origin, sourceUrl }) => [origin.input, sourceUrl]),
      [
        ['a.txt', 'a.example'],
        ['-', 'stdin.example'],
      ],
    );
  });

  it('may name standard input twice: it has been read when its turn comes again', async (t) => {
    const stdin = new PassThrough();
    stdin.end('stdin.example\n');
    const folder = await scratchFolder(t, { 'a.txt': 'a.example\n' });
    const source = create(['-', 'a.txt', '-'], folder, stdin);
    await source.open?.();
    assert.deepEqual(await textsOf(source), ['stdin.example', 'a.example']);
  });

  it('of which one is missing fail when they are opened, before the first is read', async (t) => {
    const folder = await scratchFolder(t, { 'a.txt': 'a.example' });
    await fails(create(['a.txt', 'missing.txt'], folder), /^missing\.txt: .*no such file/, []);
  });
});

describe('what cannot be read', () => {
  it('is told with its path: broken gzip', async (t) => {
    await fails(await sourceOf(t, { 'list.gz': 'this is no gzip' }), /^list\.gz: can't be read: .*Z_DATA_ERROR/, []);
  });

  it('is told with its path: gzip that breaks off, after the lines before', async (t) => {
    const whole = zlib.gzipSync(`a.example\n${'b.example\n'.repeat(1000)}`);
    const source = await sourceOf(t, { 'list.gz': whole.subarray(0, whole.length - 12) });
    await fails(source, /^list\.gz: can't be read: unexpected end of file \(Z_BUF_ERROR\)/);
  });

  it('is told with its path: a folder', async (t) => {
    const folder = await scratchFolder(t, {});
    await mkdir(join(folder, 'lists'));
    await fails(create(['lists'], folder), /^lists: can't be read: it is a folder/, []);
  });
});

describe('a source that is taken up', () => {
  const blank = fc.constantFrom('\n', '\r\n', '# comment\n', ' \n');
  const line = fc.tuple(
    fc.constantFrom('a.example/', 'no url ', 'é.example/'),
    fc.nat(99),
    fc.constantFrom('\n', '\r\n'),
  );
  const list = fc.array(
    fc.oneof(
      blank,
      line.map(([text, number, end]) => `${text}${number}${end}`),
    ),
    { maxLength: 12 },
  );

  for (const [what, names, format] of [
    ['a plain list, with a byte order mark', ['one.txt'], (text: string) => `\uFEFF${text}`],
    [
      'several lists, the last line without its end',
      ['one.txt', 'two.txt', 'three.txt'],
      (text: string) => text.trimEnd(),
    ],
    ['compressed lists', ['one.txt.gz', 'two.txt.gz'], (text: string) => zlib.gzipSync(text)],
    ['tables', ['one.jsonl', 'two.jsonl'], tableOf],
    ['compressed tables', ['one.jsonl.gz'], (text: string) => zlib.gzipSync(tableOf(text))],
    ['standard input among files', ['one.txt', '-', 'two.txt'], (text: string) => text],
  ] as const) {
    it(`at any line gives that one and the rest, with the same places: ${what}`, async () => {
      const lists = fc.tuple(...names.map(() => list));
      const isRest = fc.asyncProperty(lists, fc.nat(), async (texts, dice) => {
        const folder = await mkdtemp(join(tmpdir(), 'sluice-lines-'));
        try {
          const stored = texts.map((lines) => format(lines.join('')));
          await Promise.all(names.map((name, index) => writeFile(join(folder, name), stored[index] ?? '')));
          const open = (resume?: SourceResume) => {
            const stdin = new PassThrough();
            stdin.end(stored[names.indexOf('-' as never)]);
            return create([...names], folder, stdin, resume);
          };
          const first = open();
          const whole = await itemsOf(first);
          const known = first.identity?.() ?? [];
          const start = dice % Math.max(1, whole.length);
          const item = whole[start];
          const from = item && { ...item.origin, sequence: start };
          const rest = await itemsOf(open({ from, known: JSON.parse(JSON.stringify(known)) }));
          assert.deepEqual(comparable(rest), comparable(whole.slice(start)));
        } finally {
          await rm(folder, { recursive: true });
        }
      });
      await fc.assert(isRest, { numRuns: 40 });
    });
  }

  it('reads a plain list from the line on, and counts what is before as read', async (t) => {
    const text = Array.from({ length: 20_000 }, (_, index) => `https://example.com/${index}\n`).join('');
    const folder = await scratchFolder(t, { 'list.txt': text });
    const offset = text.indexOf('https://example.com/19999\n');
    const from = { sequence: 19_999, input: 'list.txt', line: 20_000, offset };
    const before = create(['list.txt'], folder);
    await itemsOf(before);
    const source = create(['list.txt'], folder, undefined, { from, known: before.identity?.() ?? [] });
    await source.open?.();
    const items = source.items[Symbol.asyncIterator]();
    assert.equal((await items.next()).value?.length, 1);
    assert.deepEqual(source.progress?.(), { read: text.length, total: text.length });
    source.close?.();
  });

  const two = { 'one.txt': 'a.example\nb.example\n', 'two.txt': 'c.example\nd.example\n' };
  const atD = { sequence: 3, input: 'two.txt', line: 2, offset: 10 };

  it('goes on with a list that has grown at its end', async (t) => {
    const { folder, known } = await readOnce(t, two);
    await appendFile(join(folder, 'two.txt'), 'e.example\n');
    const source = create(Object.keys(two), folder, undefined, { from: atD, known });
    assert.deepEqual(await textsOf(source), ['d.example', 'e.example']);
  });

  for (const [what, name, text, message] of [
    ['a list with another beginning', 'two.txt', 'X.example\nd.example\n', /^two\.txt: this is not the list/],
    ['a list that has become shorter', 'two.txt', 'c.example\n', /^two\.txt: .* it has 10 bytes, and 20 had been read/],
    [
      'a list that was done and has grown',
      'one.txt',
      `${two['one.txt']}x.example\n`,
      /^one\.txt: 10 bytes were added after it had been read to its end/,
    ],
  ] as const) {
    it(`refuses ${what}, before anything is read`, async (t) => {
      const { folder, known } = await readOnce(t, two);
      await writeFile(join(folder, name), text);
      const source = create(Object.keys(two), folder, undefined, { from: atD, known });
      await assert.rejects(async () => source.open?.(), { code: 'CHECKPOINT_MISMATCH', message });
    });
  }

  it('refuses a list with any byte changed of what was read, wherever that is, before anything is read', async (t) => {
    const text = 'a.example\n'.repeat(30_000);
    const { folder, known } = await readOnce(t, { 'list.txt': text });
    const from = { sequence: 20_000, input: 'list.txt', line: 20_001, offset: 200_000 };
    for (const at of [0, 70_000, 199_999, 200_000, 250_000, text.length - 1]) {
      await writeFile(join(folder, 'list.txt'), `${text.slice(0, at)}X${text.slice(at + 1)}`);
      const source = create(['list.txt'], folder, undefined, { from, known });
      const message = /^list\.txt: .* its first 300000 bytes, which had been read, have changed/;
      await assert.rejects(async () => source.open?.(), { code: 'CHECKPOINT_MISMATCH', message });
    }
  });

  it('minds no change behind what was read', async (t) => {
    const text = 'a.example\n'.repeat(30_000);
    const folder = await scratchFolder(t, { 'list.txt': text });
    const first = create(['list.txt'], folder);
    const items = first.items[Symbol.asyncIterator]();
    assert.ok(((await items.next()).value?.length ?? 0) < 10_000);
    const known = first.identity?.() ?? [];
    first.close?.();
    await writeFile(join(folder, 'list.txt'), `${text.slice(0, 290_000)}b.example\n`);
    const from = { sequence: 1, input: 'list.txt', line: 2, offset: 10 };
    const source = create(['list.txt'], folder, undefined, { from, known });
    assert.equal((await itemsOf(source)).at(-1)?.sourceUrl, 'b.example');
  });

  it('knows its input by what was read of it, also where an earlier run had read further', async (t) => {
    const { folder, known } = await readOnce(t, two);
    const source = create(Object.keys(two), folder, undefined, { from: undefined, known });
    await source.open?.();
    const items = source.items[Symbol.asyncIterator]();
    for (let seen = await items.next(); seen.done !== true; seen = await items.next()) {
      assert.deepEqual(source.identity?.(), known);
    }
    const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');
    assert.deepEqual(
      known,
      Object.entries(two).map(([input, text]) => ({ input, bytes: 20, hash: hashOf(text) })),
    );
  });

  it('takes a list that grows while it is read for what it was at its end, and reads on in the next', async (t) => {
    const long = 'a.example\n'.repeat(30_000);
    const folder = await scratchFolder(t, { ...two, 'one.txt': long });
    const source = create(Object.keys(two), folder);
    await source.open?.();
    const texts: string[] = [];
    for await (const batch of source.items) {
      if (texts.length === 0) await appendFile(join(folder, 'one.txt'), 'x.example\n');
      texts.push(...batch.map(({ sourceUrl }) => sourceUrl));
    }
    assert.deepEqual(texts.slice(30_000), ['x.example', 'c.example', 'd.example']);
    const resume = { from: { ...atD, sequence: 30_002 }, known: source.identity?.() ?? [] };
    assert.deepEqual(await textsOf(create(Object.keys(two), folder, undefined, resume)), ['d.example']);
  });

  for (const name of ['signal', 'stopSignal'] as const) {
    it(`is not read again any further once ${name} has aborted`, async (t) => {
      const { folder, known } = await readOnce(t, { 'one.txt': 'a.example\nb.example\n' });
      const from = { sequence: 1, input: 'one.txt', line: 2, offset: 10 };
      const controller = new AbortController();
      const context = { ...stageContext(folder), [name]: controller.signal };
      const source = linesSource.create(linesSource.options.parse({ path: 'one.txt' }), context, { from, known });
      controller.abort(new Error('enough'));
      await assert.rejects(async () => source.open?.(), /^Error: enough$/);
    });
  }

  it('reads no further in a list than an earlier run had, where that one had begun with the next', async (t) => {
    const { folder, known } = await readOnce(t, two);
    const from = { sequence: 1, input: 'one.txt', line: 2, offset: 10 };
    const source = create(Object.keys(two), folder, undefined, { from, known });
    await source.open?.();
    await appendFile(join(folder, 'one.txt'), 'x.example\n');
    const texts = [];
    for await (const batch of source.items) texts.push(...batch.map(({ sourceUrl }) => sourceUrl));
    assert.deepEqual(texts, ['b.example', 'c.example', 'd.example']);
  });

  it('reads nothing of a list that was empty, where an earlier run had begun with the next', async (t) => {
    const { folder, known } = await readOnce(t, { 'one.txt': '', 'two.txt': 'c.example\n' });
    const source = create(['one.txt', 'two.txt'], folder, undefined, { from: undefined, known });
    await source.open?.();
    await appendFile(join(folder, 'one.txt'), 'x.example\n');
    const texts = [];
    for await (const batch of source.items) texts.push(...batch.map(({ sourceUrl }) => sourceUrl));
    assert.deepEqual(texts, ['c.example']);
  });

  it('refuses compressed lists and tables by their bytes as stored', async (t) => {
    const stored = zlib.gzipSync('a.example\nb.example\n');
    const other = zlib.gzipSync('a.example\nX.example\n');
    const { folder, known } = await readOnce(t, { 'list.txt.gz': stored });
    await writeFile(join(folder, 'list.txt.gz'), other);
    const from = { sequence: 0, input: 'list.txt.gz', line: 1, offset: 0 };
    const source = create(['list.txt.gz'], folder, undefined, { from, known });
    await assert.rejects(async () => source.open?.(), { code: 'CHECKPOINT_MISMATCH' });
  });

  it('takes what stands behind the last gzip member as read with it', async (t) => {
    const gz = Buffer.concat([zlib.gzipSync('a.example\n'), Buffer.alloc(200_000)]);
    const { folder, known } = await readOnce(t, { 'one.txt.gz': gz, 'two.txt': 'c.example\n' });
    const from = { sequence: 1, input: 'two.txt', line: 1, offset: 0 };
    const source = create(['one.txt.gz', 'two.txt'], folder, undefined, { from, known });
    assert.deepEqual(await textsOf(source), ['c.example']);
  });

  for (const [what, text] of [
    ['another line', 'a.example\nb.example\nX.example\nd.example\n'],
    ['another line that is done', 'a.example\nX.example\nc.example\nd.example\n'],
    ['an end before what was read', 'a.example\nb.example\nc.example\n'],
  ] as const) {
    it(`gives no line of a standard input with ${what}`, async (t) => {
      const { folder, known } = await readOnce(t, { '-': 'a.example\nb.example\nc.example\nd.example\n' });
      const from = { sequence: 1, input: '-', line: 2, offset: 10 };
      const stdin = new PassThrough();
      for (const line of text.match(/.*\n/g) ?? []) stdin.write(line);
      stdin.end();
      const source = create(['-'], folder, stdin, { from, known });
      await source.open?.();
      const seen: SourceItem[] = [];
      const read = async () => {
        for await (const batch of source.items) seen.push(...batch);
      };
      await assert.rejects(read, { code: 'CHECKPOINT_MISMATCH', message: /^standard input: this is not the list/ });
      assert.deepEqual(seen, []);
    });
  }
});

describe('close', () => {
  it('ends a read of standard input that waits', async (t) => {
    const stdin = new PassThrough();
    const source = await sourceOf(t, { '-': '' }, stdin);
    const iterator = source.items[Symbol.asyncIterator]();
    stdin.write('a.example\n');
    assert.equal((await iterator.next()).value?.[0]?.sourceUrl, 'a.example');
    const waiting = Promise.allSettled([iterator.next()]);
    source.close?.();
    source.close?.();
    await waiting;
    assert.equal(stdin.destroyed, true);
  });
});

describe('progress', () => {
  it('is in bytes of the files as stored, over all of them', async (t) => {
    const gz = zlib.gzipSync('b.example\n');
    const source = await sourceOf(t, { 'a.txt': 'a.example\n', 'b.gz': gz });
    await itemsOf(source);
    assert.deepEqual(source.progress?.(), { read: 10 + gz.length, total: 10 + gz.length });
  });

  it('has no total where standard input is read', async (t) => {
    const stdin = new PassThrough();
    stdin.end();
    const source = await sourceOf(t, { 'a.txt': 'a.example\n', '-': '' }, stdin);
    await itemsOf(source);
    assert.equal(source.progress?.().total, null);
  });
});

it('a path may stand alone or in a list, and is standard input by default', () => {
  assert.deepEqual(linesSource.options.parse({}), { path: '-' });
  assert.deepEqual(linesSource.options.parse({ path: ['a', 'b'] }), { path: ['a', 'b'] });
  for (const wrong of [{ path: '' }, { path: [] }, { path: 1 }, { paths: 'a' }]) {
    assert.equal(linesSource.options.safeParse(wrong).success, false);
  }
});

/** A source of these files, in this order, written to a folder that goes with the test; `-` is standard input. */
async function sourceOf(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
  stdin?: PassThrough,
): Promise<Source> {
  return create(Object.keys(files), await scratchFolder(t, files), stdin);
}

function create(paths: string[], folder: string, stdin = new PassThrough(), resume?: SourceResume): Source {
  return linesSource.create(linesSource.options.parse({ path: paths }), stageContext(folder, { stdin }), resume);
}

function coded(paths: string[], folder: string, onlyCodes: string[]): Source {
  return linesSource.create(linesSource.options.parse({ path: paths, onlyCodes }), stageContext(folder));
}

/** Files that were read once, and by what they are known again. */
async function readOnce(t: TestContext, files: Readonly<Record<string, string | Buffer>>) {
  const folder = await scratchFolder(t, files);
  const stdin = new PassThrough();
  stdin.end(files['-']);
  const source = create(Object.keys(files), folder, stdin);
  await itemsOf(source);
  return { folder, known: source.identity?.() ?? [] };
}

function tableOf(text: string): string {
  const urls = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return urls.map((url) => `${JSON.stringify({ source_url: url })}\n`).join('');
}

function comparable(items: readonly SourceItem[]): readonly unknown[] {
  return items.map(({ origin, sourceUrl, url, error }) => [origin, sourceUrl, url?.href, error?.code]);
}

async function scratchFolder(t: TestContext, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-lines-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    if (name !== '-') await writeFile(join(folder, name), content);
  }
  return folder;
}

async function itemsOf(source: Source): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  await source.open?.();
  for await (const batch of source.items) items.push(...batch);
  return items;
}

async function textsOf(source: Source): Promise<string[]> {
  return (await itemsOf(source)).map(({ sourceUrl }) => sourceUrl);
}

/** Asserts that the source breaks with such a message, after these lines where they are given. */
async function fails(source: Source, message: RegExp, lines?: readonly string[]): Promise<void> {
  const seen: string[] = [];
  const reading = async () => {
    await source.open?.();
    for await (const batch of source.items) seen.push(...batch.map(({ sourceUrl }) => sourceUrl));
  };
  await assert.rejects(reading, { name: 'StageError', code: 'SOURCE_UNREADABLE', message });
  if (lines !== undefined) assert.deepEqual(seen, lines);
}
