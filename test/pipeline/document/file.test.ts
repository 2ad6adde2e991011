import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConfigError } from '../../../src/core/errors.ts';
import { documentFromFlags } from '../../../src/pipeline/document/pipeline-document.ts';
import { definitions, env } from '../../helpers/pipelines/definitions.ts';
import { loadPipeline, parsePipelineFile } from '../../helpers/pipelines/loading.ts';

function parse(text: string, sets: readonly string[] = []) {
  return parsePipelineFile(text, { file: 'a.yaml', env, sets });
}

function problems(text: string, sets: readonly string[] = []): readonly string[] {
  try {
    parse(text, sets);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

test('YAML becomes plain data', () => {
  assert.deepEqual(parse('a: 1\nb: [x, true, null, 30s, 0x10]\nc: { d: "5" }\n').value, {
    a: 1,
    b: ['x', true, null, '30s', 16],
    c: { d: '5' },
  });
});

test('the words of YAML 1.1 for booleans are text', () => {
  assert.deepEqual(parse('a: yes\nb: off\nc: 12:30:00').value, { a: 'yes', b: 'off', c: '12:30:00' });
});

test('__proto__ is a key like any other', () => {
  const { value } = parse('__proto__: { polluted: true }');
  assert.deepEqual(Object.keys(value as object), ['__proto__']);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test('an unquoted reference is read again as a number, a boolean or nothing', () => {
  const text = 'a: ${NUMBER}\nb: ${UNSET:-true}\nc: ${EMPTY}\nd: 1${NUMBER}\ne: ${NUMBER}s';
  assert.deepEqual(parse(text).value, { a: 5, b: true, c: null, d: 15, e: '5s' });
});

test('a quoted reference stays text', () => {
  assert.deepEqual(parse('a: "${NUMBER}"\nb: \'${NUMBER}\'\nc: |\n  ${NUMBER}\n').value, { a: '5', b: '5', c: '5\n' });
});

test('a reference may stand unquoted between braces', () => {
  assert.deepEqual(parse('{ a: { b: ${NUMBER}, c: [${UNSET:-x, y: z}, 1] } }').value, {
    a: { b: 5, c: ['x, y: z', 1] },
  });
});

test('a value from the environment gives no structure', () => {
  assert.deepEqual(parse('a: ${TEXT}\nb: { c: ${TEXT} }').value, { a: 'a: {b}', b: { c: 'a: {b}' } });
});

test('keys are taken as they are', () => {
  assert.deepEqual(parse('${NUMBER}: 1\n1: 2\ntrue: 3\n').value, { '${NUMBER}': 1, '1': 2, true: 3 });
});

test('an alias stands for the value of its anchor', () => {
  assert.deepEqual(parse('a: &x { b: 1 }\nc: *x\nd: [*x]').value, { a: { b: 1 }, c: { b: 1 }, d: [{ b: 1 }] });
});

test('<< takes in the entries of a map, or of several, that are not there themselves', () => {
  const text = `a: &a { x: 1, y: 2 }
b: &b { y: 3, z: 4 }
c: { y: 5, <<: *a }
d: { <<: [*a, *b], z: 6 }
e: &e { <<: *b, y: 7 }
f: { <<: *e, <<: { y: 8 }, "<<": 9 }`;
  const { c, d, e, f } = parse(text).value as Readonly<Record<string, unknown>>;
  assert.deepEqual(
    [c, d, e, f],
    [
      { y: 5, x: 1 },
      { x: 1, y: 2, z: 6 },
      { y: 7, z: 4 },
      { y: 7, z: 4, '<<': 9 },
    ],
  );
});

for (const value of ['5', '*text', '[*text]', '', '[[]]']) {
  test(`<<: ${value} is a problem`, () => {
    assert.deepEqual(problems(`a: &text x\nb:\n  <<: ${value}\n`), [
      'a.yaml:3:3: b: << takes in the entries of a map, or of a list of maps: <<: *defaults.',
    ]);
  });
}

test('the place of a value that << takes in is where it was written', () => {
  const document = parse('a: &a\n  x: ${NUMBER}\nb:\n  <<: *a\n  y: 2\n');
  assert.deepEqual(
    [['b', 'x'], ['b', 'y'], ['b']].map((path) => document.place(path)),
    ['a.yaml:2:6', 'a.yaml:5:6', 'a.yaml:4:3'],
  );
  assert.deepEqual(document.origin(['b', 'x']).variables, ['NUMBER']);
});

test('a value set at one alias does not change the others', () => {
  assert.deepEqual(parse('a: &x { b: 1 }\nc: *x', ['c.b=2']).value, { a: { b: 1 }, c: { b: 2 } });
});

const placed = `source:
  lines: {}
steps:
  - dedupe:
  - fetch:
      timeout: 5s
      headers: { a: b }
sink: &sink
  tsv: { path: x }
failures: *sink
`;

test('a place is the line and column of the value, or of the key', () => {
  const document = parse(placed);
  assert.equal(document.place(['steps', 1, 'fetch', 'timeout']), 'a.yaml:6:16');
  assert.equal(document.place(['steps', 1, 'fetch', 'timeout'], 'key'), 'a.yaml:6:7');
  assert.equal(document.place(['steps', 1, 'fetch', 'headers', 'a']), 'a.yaml:7:21');
  assert.equal(document.place(['steps', 1]), 'a.yaml:5:5');
  assert.equal(document.place([]), 'a.yaml:1:1');
});

test('the place of what is not there is that of its nearest parent', () => {
  const document = parse(placed);
  assert.equal(document.place(['source', 'lines', 'path']), 'a.yaml:2:3');
  assert.equal(document.place(['limit']), 'a.yaml:1:1');
  assert.equal(document.place(['steps', 7, 'x']), 'a.yaml:3:1');
});

test('the place of an empty value is that of its key', () => {
  assert.equal(parse(placed).place(['steps', 0, 'dedupe']), 'a.yaml:4:5');
});

test('the place of a value inside an alias is where it was written', () => {
  assert.equal(parse(placed).place(['failures', 'tsv', 'path']), 'a.yaml:9:16');
  assert.equal(parse(placed).place(['failures']), 'a.yaml:10:11');
});

test('the place of what was set is the flag', () => {
  const document = parse(placed, ['steps.fetch.timeout=6s', 'pages.csv.path=p']);
  assert.equal(document.place(['steps', 1, 'fetch', 'timeout']), '--set steps.fetch.timeout=6s');
  assert.equal(document.place(['steps', 1, 'fetch', 'headers']), 'a.yaml:7:16');
  assert.equal(document.place(['pages', 'csv', 'columns']), '--set pages.csv.path=p');
});

test('the place of what came from flags is the flag, or the command line', () => {
  const document = documentFromFlags({ limit: 5 }, (path) =>
    path.join('.') === 'steps.0.fetch' ? '--timeout' : undefined,
  );
  assert.equal(document.place(['steps', 0, 'fetch', 'timeout']), '--timeout');
  assert.equal(document.place(['limit']), 'command line');
  assert.equal(document.name, 'command line');
});

test('a byte order mark does not move the first column', () => {
  assert.equal(parse('\ufeffsource: x').place(['source']), 'a.yaml:1:9');
});

test('all problems of a file and its --set come at once, in the order of their places', () => {
  assert.deepEqual(problems('a: ${A}\nb: ${B}\na: 1\n', ['x', 'y']), [
    'a.yaml:1:4: a: the environment variable A is not set: set it, or write ${A:-default}.',
    'a.yaml:2:4: b: the environment variable B is not set: set it, or write ${B:-default}.',
    'a.yaml:3:1: a: this key is there twice in its map.',
    '--set x: expected path=value, such as sink.csv.path=links.csv.',
    '--set y: expected path=value, such as sink.csv.path=links.csv.',
  ]);
});

test('a file of more than a megabyte is refused', () => {
  assert.deepEqual(problems(`# ${'x'.repeat(1_000_000)}`), [
    'a.yaml: the file is larger than 1 MB: is it a pipeline file?',
  ]);
});

test('beyond a hundred problems, the others are counted', () => {
  const shown = problems(Array.from({ length: 150 }, (_, index) => `a${index}: \${X${index}}\n`).join(''));
  assert.equal(shown.length, 101);
  assert.equal(shown.at(-1), 'and 50 more problems.');
});

test('a name with control characters does not reach a message as it is', () => {
  const read = () => parsePipelineFile('[', { file: '\u001b[31m.yaml', env, sets: [] });
  assert.throws(read, (error) => error instanceof ConfigError && error.message.startsWith('\\x1B[31m.yaml:1:'));
});

/** Texts that have something to do with a pipeline file, some keys and values exchanged, some characters put in or lost. */
const brokenFiles = fc
  .tuple(
    fc.constantFrom(
      ...['full', 'references', 'alias', 'json'].map((name) =>
        readFileSync(new URL(`../../fixtures/pipelines/good/${name}.yaml`, import.meta.url), 'utf8'),
      ),
    ),
    fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        remove: fc.nat(12),
        insert: fc.oneof(
          fc.constantFrom(
            '-',
            ': ',
            '{',
            '}',
            '[',
            ']',
            '*sink',
            '&a ',
            '"',
            '\n',
            '  ',
            '\t',
            '${',
            '${X}',
            '!!map ',
            'null',
            '- fetch',
            '__proto__',
            '0',
            '#',
          ),
          fc.string({ unit: 'binary', maxLength: 3 }),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  )
  .map(([text, edits]) =>
    edits.reduce((current, { at, remove, insert }) => {
      const index = Math.floor(at * current.length);
      return current.slice(0, index) + insert + current.slice(index + remove);
    }, text),
  );

test('whatever happens to a file, all that comes of it is a pipeline or a ConfigError with printable messages', () => {
  fc.assert(
    fc.property(brokenFiles, (text) => {
      try {
        loadPipeline(text, { file: 'a.yaml', env, sets: [] }, definitions);
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
        assert.ok(error.problems.length > 0);
        for (const problem of error.problems) {
          assert.match(problem, /^a\.yaml:\d+:\d+: .*[.?]$/u);
          assert.doesNotMatch(problem, /[\p{Cc}\p{Bidi_Control}]/u);
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('whatever is set, all that comes of it is a pipeline or a ConfigError', () => {
  const word = fc.constantFrom('source', 'steps', 'fetch', 'lines', 'path', '0', '1', '9', '__proto__', '', 'x');
  const value = fc.oneof(
    fc.constantFrom('1', '[', '{a: *b}', '"', '[1, {x: y}]', 'fetch'),
    fc.string({ unit: 'binary' }),
  );
  const set = fc.tuple(fc.array(word, { maxLength: 4 }), value).map(([path, text]) => `${path.join('.')}=${text}`);
  fc.assert(
    fc.property(fc.array(set, { maxLength: 3 }), (sets) => {
      try {
        loadPipeline('source: lines\nsteps: [fetch, links: {}]', { file: 'a.yaml', env, sets }, definitions);
      } catch (error) {
        assert.ok(error instanceof ConfigError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});
