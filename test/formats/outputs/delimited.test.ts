import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Row } from '../../../src/core/stage/sink-writer.ts';
import { csvFormat, tsvFormat } from '../../../src/formats/outputs/delimited.ts';
import { runProcess } from '../../helpers/processes/process.ts';

const plain = { hasHeader: false, hasByteOrderMark: false, isSpreadsheetSafe: false };

/** Values with all that formats trip over. */
const value = fc.oneof(
  fc.string({
    unit: fc.oneof(
      fc.constantFrom('\t', '\n', '\r', '"', ',', '\\', 't', 'n', ' ', '='),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);
const table = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width }), { maxLength: 8 }));

describe('CSV', () => {
  it('is read back as it was, by the rules of RFC 4180', () => {
    fc.assert(
      fc.property(table, (rows) => {
        assert.deepEqual(readCsv(csvFormat(columnsOf(rows), plain).encode(rows)), textsOf(rows));
      }),
      { numRuns: 500 },
    );
  });

  it("is read back as it was by Python's csv module", async (t) => {
    // Before 3.11 that module refuses NUL.
    const holdsNul = (row: Row) => row.some((cell) => String(cell).includes('\0'));
    const tables = fc.sample(table, { numRuns: 200, seed: 7 }).map((rows) => rows.filter((row) => !holdsNul(row)));
    const input = tables.map((rows) => csvFormat(columnsOf(rows), plain).encode(rows)).join('');
    const program =
      'import csv,io,json,sys;' +
      "text=io.TextIOWrapper(sys.stdin.buffer,encoding='utf-8',newline='');" +
      'json.dump(list(csv.reader(text,strict=True)),sys.stdout)';
    const output = await outputOf(t, 'python3', ['-c', program], input);
    if (output !== undefined) assert.deepEqual(JSON.parse(output), textsOf(tables.flat()));
  });

  it('quotes what must be quoted and nothing else', () => {
    const row = ['plain', 'a,b', 'a"b', 'a\nb', 'a\rb', ' a ', '', null, true, 1];
    assert.equal(csvFormat(columnsOf([row]), plain).encode([row]), 'plain,"a,b","a""b","a\nb","a\rb", a ,,,true,1\n');
  });

  it('has a row for an empty value that stands alone', () => {
    assert.deepEqual(csvFormat(['a'], plain).encode([[''], [null], ['x']]), '""\n""\nx\n');
  });

  it('names its columns once, at the top', () => {
    const format = csvFormat(['source_url', 'a,b'], { ...plain, hasHeader: true });
    assert.equal(format.head, 'source_url,"a,b"\n');
    assert.equal(format.encode([['x', 'y']]) + format.encode([['z', 'w']]), 'x,y\nz,w\n');
  });

  it('starts with a byte order mark where asked to, with or without a header', () => {
    assert.equal(csvFormat(['a'], { ...plain, hasByteOrderMark: true }).head, '\ufeff');
    assert.equal(csvFormat(['a'], { ...plain, hasByteOrderMark: true, hasHeader: true }).head, '\ufeffa\n');
    assert.equal(csvFormat(['a'], plain).head, '');
  });

  it('that is safe for spreadsheets has an apostrophe before what would be a formula', () => {
    const cells = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx'];
    const safe = readCsv(
      csvFormat([], { ...plain, isSpreadsheetSafe: true }).encode([[...cells, 'https://example.com/=1']]),
    );
    assert.deepEqual(safe, [[...cells.map((cell) => `'${cell}`), 'https://example.com/=1']]);
    assert.deepEqual(readCsv(csvFormat([], plain).encode([cells])), [cells]);
  });
});

describe('TSV', () => {
  it('is read back as it was, by splitting at tabs and lines', () => {
    fc.assert(
      fc.property(table, (rows) => {
        assert.deepEqual(readTsv(tsvFormat([], false).encode(rows)), textsOf(rows));
      }),
      { numRuns: 500 },
    );
  });

  it('is read back as it was by Miller', async (t) => {
    const cells = ['a\tb', 'a\nb', 'a\\nb', 'a\\b', '"a"', 'a"b', '  a', 'é😀'];
    const text = tsvFormat(['first', 'second'], true);
    const input = text.head + text.encode(cells.map((cell) => [cell, 'x']));
    const output = await outputOf(t, 'mlr', ['--itsv', '--ojson', '-S', 'cat'], input);
    if (output === undefined) return;
    const rows: { first: string }[] = JSON.parse(output);
    assert.deepEqual(
      rows.map(({ first }) => first),
      cells,
    );
  });

  it('escapes as Miller does, and quotes nothing', () => {
    const row = ['a\tb', 'a\nb', 'a\rb', 'a\\b', '"a"', "it's", ' a ', '', null, false, 2];
    assert.equal(tsvFormat([], false).encode([row]), 'a\\tb\ta\\nb\ta\\rb\ta\\\\b\t"a"\tit\'s\t a \t\t\tfalse\t2\n');
  });

  it('names its columns once, at the top', () => {
    const format = tsvFormat(['source_url', 'parsed_url'], true);
    assert.equal(format.head, 'source_url\tparsed_url\n');
    assert.equal(format.encode([['x', 'y']]), 'x\ty\n');
    assert.equal(tsvFormat(['a'], false).head, '');
  });
});

/** Column names for rows of this width. */
function columnsOf(rows: readonly Row[]): string[] {
  return (rows[0] ?? []).map((_, index) => `column${index}`);
}

function textsOf(rows: readonly Row[]): string[][] {
  return rows.map((row) => row.map((cell) => String(cell ?? '')));
}

/** Reads CSV by the grammar of RFC 4180, 2, its lines ended by LF. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length; ) {
    let cell: string;
    if (text[at] === '"') {
      const [quoted = ''] = /^"(?:[^"]|"")*"/.exec(text.slice(at)) ?? assert.fail('an open quote');
      cell = quoted.slice(1, -1).replaceAll('""', '"');
      at += quoted.length;
    } else {
      const [bare = ''] = /^[^",\r\n]*/.exec(text.slice(at)) ?? [];
      cell = bare;
      at += bare.length;
    }
    row.push(cell);
    const end = text[at];
    at += 1;
    if (end === ',') continue;
    assert.equal(end, '\n', 'a cell ends with a comma or a line feed');
    rows.push(row);
    row = [];
  }
  return rows;
}

function readTsv(text: string): string[][] {
  const lines = text.split('\n');
  assert.equal(lines.pop(), '', 'the last line is ended');
  const unescaped: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\' };
  const cellOf = (cell: string) =>
    cell.replace(/\\(.)/gs, (_, letter: string) => unescaped[letter] ?? assert.fail(cell));
  return lines.map((line) => line.split('\t').map(cellOf));
}

/** What a program makes of `input`; undefined where the program is not there, and then the test is skipped. */
async function outputOf(t: TestContext, program: string, args: string[], input: string): Promise<string | undefined> {
  try {
    const { code, stdout, stderr } = await runProcess(program, args, { input });
    assert.equal(code, 0, stderr);
    return stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    t.skip(`no ${program} here`);
    return undefined;
  }
}
