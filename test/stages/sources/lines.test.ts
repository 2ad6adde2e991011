import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import zlib from 'node:zlib';
import fc from 'fast-check';
import type { Source, SourceItem, SourceResume } from '../../../src/core/stage.ts';
import { linesSource } from '../../../src/stages/sources/lines.ts';
import { stageContext } from '../../helpers/stages.ts';

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
    const items = await itemsOf(await sourceOf(t, { 'a.jsonl': '{"source_url":"a.exa\n{"source_url":"b.example"}' }));
    assert.deepEqual(
      items.map(({ sourceUrl, error }) => [sourceUrl, error?.code, error?.message]),
      [
        ['', 'invalid-url', '"": the line is no JSON object'],
        ['b.example', undefined, undefined],
      ],
    );
  });

  it('without the column is told with its place and the columns that there are', async (t) => {
    const table = await sourceOf(t, { 'a.jsonl': '{"source_url":"a.example"}\n{"url":"b.example"}\n' });
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
          const known = (await first.identity?.()) ?? [];
          const start = dice % Math.max(1, whole.length);
          const item = whole[start];
          const from = item && { ...item.origin, sourceUrl: item.sourceUrl };
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
    const from = { input: 'list.txt', line: 20_000, offset, sourceUrl: 'https://example.com/19999' };
    const source = create(['list.txt'], folder, undefined, { from, known: [] });
    await source.open?.();
    const items = source.items[Symbol.asyncIterator]();
    assert.equal((await items.next()).value?.length, 1);
    assert.deepEqual(source.progress?.(), { read: text.length, total: text.length });
    source.close?.();
  });

  const two = { 'one.txt': 'a.example\nb.example\n', 'two.txt': 'c.example\nd.example\n' };
  const atD = { input: 'two.txt', line: 2, offset: 10, sourceUrl: 'd.example' };

  it('goes on with a list that has grown at its end', async (t) => {
    const { folder, known } = await readOnce(t, two);
    await appendFile(join(folder, 'two.txt'), 'e.example\n');
    const source = create(Object.keys(two), folder, undefined, { from: atD, known });
    assert.deepEqual(await textsOf(source), ['d.example', 'e.example']);
  });

  for (const [what, name, text, message] of [
    ['a list with another beginning', 'two.txt', 'X.example\nd.example\n', /^two\.txt: this is not the list/],
    ['a list that has become shorter', 'two.txt', 'c.example\n', /^two\.txt: this is not the list/],
    [
      'a list that was done and has grown',
      'one.txt',
      `${two['one.txt']}x.example\n`,
      /^one\.txt: it had 20 bytes .* 30 now/,
    ],
  ] as const) {
    it(`refuses ${what}, before anything is read`, async (t) => {
      const { folder, known } = await readOnce(t, two);
      await writeFile(join(folder, name), text);
      const source = create(Object.keys(two), folder, undefined, { from: atD, known });
      await assert.rejects(async () => source.open?.(), { code: 'CHECKPOINT_MISMATCH', message });
    });
  }

  it('refuses a list that differs only far behind its beginning, before anything is read', async (t) => {
    const head = 'a.example\n'.repeat(10_000);
    const { folder, known } = await readOnce(t, { 'list.txt': `${head}b.example\n` });
    const from = { input: 'list.txt', line: 10_001, offset: head.length, sourceUrl: 'b.example' };
    for (const end of ['X.example\n', '\nb.example\n', '']) {
      await writeFile(join(folder, 'list.txt'), head + end);
      const source = create(['list.txt'], folder, undefined, { from, known });
      await assert.rejects(async () => source.open?.(), { code: 'CHECKPOINT_MISMATCH', message: /^list\.txt:10001: / });
    }
  });
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

/** Files that were read once, and by what they are known again. */
async function readOnce(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = await scratchFolder(t, files);
  const source = create(Object.keys(files), folder);
  await itemsOf(source);
  return { folder, known: (await source.identity?.()) ?? [] };
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
