import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import type { Row } from '../../../src/core/stage/sink-writer.ts';
import type { SinkDefinition } from '../../../src/core/stage.ts';
import { csvSink } from '../../../src/stages/sinks/csv.ts';
import { jsonlSink } from '../../../src/stages/sinks/jsonl.ts';
import { tsvSink } from '../../../src/stages/sinks/tsv.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';

const columns = ['source_url', 'parsed_url'];
const rows: readonly Row[] = [
  ['a.example', 'https://a.example/"x",y'],
  ['a.example', '=1+1'],
];

describe('csv', () => {
  writes(
    'has a header by default',
    csvSink,
    {},
    'source_url,parsed_url\na.example,"https://a.example/""x"",y"\na.example,=1+1\n',
  );
  writes(
    'has none where header is false',
    csvSink,
    { header: false },
    'a.example,"https://a.example/""x"",y"\na.example,=1+1\n',
  );
  writes(
    'takes bom and spreadsheetSafe',
    csvSink,
    { bom: true, spreadsheetSafe: true },
    '\ufeffsource_url,parsed_url\na.example,"https://a.example/""x"",y"\na.example,\'=1+1\n',
  );
});

describe('tsv', () => {
  writes(
    'has a header by default',
    tsvSink,
    {},
    'source_url\tparsed_url\na.example\thttps://a.example/"x",y\na.example\t=1+1\n',
  );
  writes(
    'has none where header is false',
    tsvSink,
    { header: false },
    'a.example\thttps://a.example/"x",y\na.example\t=1+1\n',
  );
});

describe('jsonl', () => {
  writes(
    'names the columns in each row',
    jsonlSink,
    {},
    '{"source_url":"a.example","parsed_url":"https://a.example/\\"x\\",y"}\n{"source_url":"a.example","parsed_url":"=1+1"}\n',
  );
});

describe('each text sink', () => {
  for (const sink of [csvSink, tsvSink, jsonlSink]) {
    it(`writes the header of a run without rows, and rows that were flushed are in the unfinished file (${sink.name})`, async (t) => {
      const folder = await scratchFolder(t);
      const writer = await create(sink, { path: 'out' }, folder);
      await writer.flush();
      const head = await readFile(join(folder, 'out.part'), 'utf8');
      assert.equal(head, sink === jsonlSink ? '' : columns.join(sink === csvSink ? ',' : '\t').concat('\n'));
      await writer.write(rows);
      await writer.flush();
      const whole = await readFile(join(folder, 'out.part'), 'utf8');
      assert.equal(whole.slice(head.length).trimEnd().split('\n').length, 2);
      await writer.write([]);
      await writer.close();
      assert.equal(await readFile(join(folder, 'out'), 'utf8'), whole);
    });

    it(`lets no misspelt option pass (${sink.name})`, () => {
      assert.equal(sink.options.safeParse({ paht: 'x' }).success, false);
      assert.equal(sink.options.safeParse({ columns: [] }).success, false);
    });
  }
});

/** States what the sink makes of the two rows above, on standard output. */
function writes(
  title: string,
  sink: SinkDefinition,
  options: Readonly<Record<string, unknown>>,
  expected: string,
): void {
  it(title, async () => {
    const stdout = new PassThrough();
    const writer = await create(sink, options, '/', stdout);
    await writer.write(rows.slice(0, 1));
    await writer.write(rows.slice(1));
    await writer.close();
    stdout.end();
    assert.equal((await buffer(stdout)).toString(), expected);
  });
}

function create(
  sink: SinkDefinition,
  options: Readonly<Record<string, unknown>>,
  folder: string,
  stdout = new PassThrough(),
) {
  return sink.create(
    sink.options.parse(options),
    { columns, types: columns.map(() => 'string' as const) },
    stageContext(folder, { stdout }),
  );
}

async function scratchFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-sinks-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
