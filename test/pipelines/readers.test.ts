import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { removeFolder, temporaryFolder } from '../helpers/files/samples.ts';
import { type Site, startSite } from '../helpers/network/site.ts';
import { jsonLinesOf, runDocument } from '../helpers/pipelines/pipeline-run.ts';
import { runProcess } from '../helpers/processes/process.ts';

/**
 * The outputs of one run over a page with awkward values, each read back by a program that isn't ours: what went in must
 * come out. Where a program is missing, its test is skipped and says so.
 */
const VALUES: readonly string[] = [
  '',
  'plain',
  'a "quoted" word, and a comma',
  "O'Hara; semicolon | pipe",
  'TAB\there',
  'two\nlines',
  'CR\rand CRLF\r\nend',
  '  spaces around  ',
  'back\\slash \\t \\n \\',
  'ünïcödé 漢字 👩‍👩‍👧 \u202eright to left',
  '=HYPERLINK("http://x")',
  '+1',
  '-2+3',
  '@sum',
  '0x1F',
  '007',
  '1e5',
  'null',
  'NULL',
  'true',
  '"',
  '""',
  ',',
  '\n',
  '\uFEFFmark',
  '# no comment',
  `"${'long'.repeat(5000)}"`,
];

/** A row: the value, the place, whether it is nofollow, a quarter of its place, and a language, if any. */
type Expected = readonly [text: string, position: number, nofollow: boolean, ratio: number, lang: string | null];
const expected: readonly Expected[] = VALUES.map((text, index) => [
  text,
  index + 1,
  index % 2 === 1,
  (index + 1) / 4,
  index % 3 === 1 ? 'de' : null,
]);
const columns = ['text', 'position', 'nofollow', 'ratio', 'lang'];
/** As in a format that has nothing but text. */
const texts = expected.map((row) => row.map((value) => String(value ?? '')));

/** Characters that a title can't have, or loses, and those that stand for them on the page. */
const STAND_INS: readonly (readonly [string, string])[] = [
  ['\t', '\uE000'],
  ['\n', '\uE001'],
  ['\r', '\uE002'],
  ['\uFEFF', '\uE003'],
  [' ', '\uE004'],
];
const restored = STAND_INS.reduce(
  (text, [meant, standIn]) => `replace(${text}, ${JSON.stringify(standIn)}, ${JSON.stringify(meant)})`,
  'title',
);

let site: Site;
let folder: string;
before(async () => {
  site = await startSite({ '/': pageOf(expected) });
  folder = await temporaryFolder();
  await runDocument(folder, {
    source: { urls: { list: [site.origin] } },
    steps: [
      { fetch: { allowPrivate: true } },
      'links',
      { set: { columns: { ratio: 'double(position) / 4.0', value: restored } } },
    ],
    sink: [
      { csv: { path: 'a.csv', ...chosen } },
      { csv: { path: 'a.csv.gz', bom: true, ...chosen } },
      { tsv: { path: 'a.tsv', ...chosen } },
      { jsonl: { path: 'a.jsonl', ...chosen } },
      { sqlite: { path: 'a.sqlite', ...chosen } },
      { parquet: { path: 'a.parquet', ...chosen } },
      { split: { path: 'part-{part}.csv', rows: 1, ...chosen } },
    ],
  });
});
after(async () => {
  await site?.close();
  await removeFolder(folder);
});

const chosen = { columns: [{ value: 'text' }, 'position', 'nofollow', 'ratio', { hreflang: 'lang' }] };

for (const [name, open] of [
  ['a.csv', 'open(sys.argv[1], encoding="utf-8", newline="")'],
  ['a.csv.gz', 'gzip.open(sys.argv[1], "rt", encoding="utf-8-sig", newline="")'],
  ['part-1.csv', 'open(sys.argv[1], encoding="utf-8", newline="")'],
] as const) {
  test(`Python's csv module reads ${name}`, async (t) => {
    const script = `import csv, gzip, json, sys
csv.field_size_limit(10**7)
json.dump(list(csv.reader(${open}, strict=True)), sys.stdout)`;
    const output = await outputOf(t, 'python3', ['-c', script, name]);
    if (output !== undefined) assert.deepEqual(JSON.parse(output), [columns, ...texts]);
  });
}

test("Python's json module reads a.jsonl, with the types", async (t) => {
  const script = `import json, sys
json.dump([list(json.loads(line).values()) for line in open(sys.argv[1], encoding="utf-8", newline="\\n")], sys.stdout)`;
  const output = await outputOf(t, 'python3', ['-c', script, 'a.jsonl']);
  if (output !== undefined) assert.deepEqual(JSON.parse(output), expected);
  assert.deepEqual((await jsonLinesOf(folder, 'a.jsonl')).map(Object.values), expected);
});

for (const [name, format, asRead] of [
  // Within quotes, Miller reads CRLF as LF.
  ['a.csv', '--icsv', (text: string) => text.replaceAll('\r\n', '\n')],
  ['a.tsv', '--itsv', (text: string) => text],
] as const) {
  test(`Miller reads ${name}`, async (t) => {
    const output = await outputOf(t, 'mlr', [format, '--ojson', '-S', 'cat', name]);
    if (output === undefined) return;
    const rows: readonly Record<string, string>[] = JSON.parse(output);
    assert.deepEqual(
      rows.map(Object.values),
      texts.map((row) => row.map(asRead)),
    );
  });
}

test('the sqlite3 of the system reads a.sqlite, null and numbers as such', async (t) => {
  const query = 'SELECT hex(text) AS text, position, nofollow, ratio, lang FROM links ORDER BY rowid';
  const output = await outputOf(t, 'sqlite3', ['-readonly', '-json', 'a.sqlite', query]);
  if (output === undefined) return;
  const rows: readonly Record<string, unknown>[] = JSON.parse(output);
  assert.deepEqual(
    rows.map(({ text, ...others }) => [Buffer.from(String(text), 'hex').toString(), ...Object.values(others)]),
    expected.map((row) => row.map((value) => (typeof value === 'boolean' ? Number(value) : value))),
  );
  assert.equal(await outputOf(t, 'sqlite3', ['-readonly', 'a.sqlite', 'PRAGMA integrity_check']), 'ok\n');
});

test('hyparquet reads a.parquet, with the types', async () => {
  const file = await asyncBufferFromFile(join(folder, 'a.parquet'));
  const rows = await parquetReadObjects({ file });
  assert.deepEqual(
    rows.map((row) => columns.map((column) => row[column])),
    // It takes a mark at the start of a text for one of its encoding.
    expected.map(([text, position, ...others]) => [text.replace(/^\uFEFF/, ''), BigInt(position), ...others]),
  );
});

test('the standard text tools count the lines of a.tsv and a.jsonl', async () => {
  for (const [name, header] of [
    ['a.tsv', 1],
    ['a.jsonl', 0],
  ] as const) {
    const text = await readFile(join(folder, name), 'utf8');
    assert.equal(text.split('\n').length - 1, expected.length + header);
    assert.equal(text.includes('\r'), false);
  }
});

/** What a program prints; undefined, and the test skipped, where there is no such program. */
async function outputOf(t: TestContext, program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { code, stdout, stderr } = await runProcess(program, args, { cwd: folder });
    assert.equal(code, 0, stderr);
    return stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    t.skip(`there is no ${program} here`);
    return undefined;
  }
}

function pageOf(rows: readonly Expected[]): string {
  return rows
    .map(([text, position, nofollow, , lang]) => {
      const attributes = [
        `title="${asReferences(text)}"`,
        nofollow ? 'rel=nofollow' : '',
        lang ? `hreflang=${lang}` : '',
      ];
      return `<a href="/${position}" ${attributes.join(' ')}>x</a>`;
    })
    .join('\n');
}

/** Every character that isn't plain as a character reference, so that what arrives is what is meant. */
function asReferences(text: string): string {
  const arriving = STAND_INS.reduce((known, [meant, standIn]) => known.replaceAll(meant, standIn), text);
  return arriving.replaceAll(/[^a-z]/gu, (character) => `&#${character.codePointAt(0)};`);
}
