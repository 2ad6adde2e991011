import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applySets } from '../../../src/pipeline/document/settings.ts';

const document = {
  source: { lines: { path: 'a' } },
  steps: ['dedupe', { fetch: { timeout: '30s' } }, { links: null }],
};

/** The document after one `--set`, which must succeed. */
function after(set: string): unknown {
  const { value, errors } = applySets(document, [set]);
  assert.deepEqual(errors, []);
  return value;
}

/** The reason why a `--set` can't be followed. */
function refusal(set: string): string | undefined {
  return applySets(document, [set]).errors[0]?.text;
}

test('a value is replaced, the rest stays', () => {
  assert.deepEqual(after('source.lines.path=b=c'), { ...document, source: { lines: { path: 'b=c' } } });
});

test('the document itself is not changed', () => {
  const before = structuredClone(document);
  applySets(document, ['source.lines.path=b', 'steps.1.fetch.timeout=1s', 'steps.0=x']);
  assert.deepEqual(document, before);
});

test('an index finds a step, and so does its name', () => {
  const expected = { ...document, steps: ['dedupe', { fetch: { timeout: '5s' } }, { links: null }] };
  assert.deepEqual(after('steps.1.fetch.timeout=5s'), expected);
  assert.deepEqual(after('steps[1].fetch.timeout=5s'), expected);
  assert.deepEqual(after('steps.fetch.timeout=5s'), expected);
});

test('a step that is only named gets a map for its options', () => {
  const steps = [{ dedupe: { by: 'host' } }, ...document.steps.slice(1)];
  assert.deepEqual(after('steps.dedupe.by=host'), { ...document, steps });
});

test('missing maps are made, a step can be appended', () => {
  assert.deepEqual(after('sink.csv.path=x.csv'), { ...document, sink: { csv: { path: 'x.csv' } } });
  assert.deepEqual(after('steps.3=last'), { ...document, steps: [...document.steps, 'last'] });
  assert.deepEqual(applySets(null, ['source.lines.path=a']).value, { source: { lines: { path: 'a' } } });
});

test('a value is read as YAML reads a scalar', () => {
  for (const [text, value] of [
    ['5', 5],
    ['-1.5', -1.5],
    ['true', true],
    ['null', null],
    ['', null],
    ['30s', '30s'],
    ['*x', '*x'],
    ['a: b # c', 'a: b # c'],
    ['"5"', '5'],
    ['${HOME}', '${HOME}'],
  ] as const) {
    assert.deepEqual(after(`limit=${text}`), { ...document, limit: value }, text);
  }
});

test('brackets and braces make lists and maps', () => {
  assert.deepEqual(after('x=[a, {b: 1}]'), { ...document, x: ['a', { b: 1 }] });
  assert.deepEqual(after('source={lines: {path: "${X}"}}'), { ...document, source: { lines: { path: '${X}' } } });
});

test('the later of two wins', () => {
  assert.deepEqual(applySets(document, ['limit=1', 'limit=2']).value, { ...document, limit: 2 });
});

test('what has no place to go is refused', () => {
  assert.equal(refusal('limit'), 'expected path=value, such as sink.csv.path=links.csv');
  assert.equal(refusal('=5'), 'expected path=value, such as sink.csv.path=links.csv');
  assert.equal(refusal('source..path=5'), 'the path has an empty part');
  assert.equal(refusal('steps.9.x=5'), 'steps has 3 entries, counted from 0');
  assert.equal(refusal('steps.where.x=5'), 'steps has no "where"');
  assert.equal(refusal('source.lines.path.x=5'), 'source.lines.path is no map, so it has no "x"');
  assert.match(refusal('x=[a') ?? '', /^the value is not valid YAML: /);
});

test('a name that two steps have is refused', () => {
  const { errors } = applySets({ steps: ['fetch', { fetch: {} }] }, ['steps.fetch.timeout=5s']);
  assert.equal(errors[0]?.text, 'steps has more than one "fetch": name it by its index, from 0');
});

test('one that fails leaves the others in force', () => {
  const { value, errors } = applySets(document, ['limit=1', 'nonsense', 'name=x']);
  assert.equal(errors.length, 1);
  assert.deepEqual(value, { ...document, limit: 1, name: 'x' });
});

test('a secret is not shown with its flag', () => {
  const sets = [
    'headers.Cookie=a=secret',
    'proxy=http://me:secret@h/',
    'headers={Cookie: secret}',
    'list=[secret',
    'limit=5',
  ];
  assert.deepEqual(
    applySets(
      { limit: 1 },
      sets.map((set) => `x.${set}`),
    ).settings.map(({ label }) => label),
    ['--set x.headers.Cookie=********', '--set x.proxy=http://********@h/', '--set x.headers={…}', '--set x.limit=5'],
  );
});

/** The document after one value from outside. */
function overridden(path: string, isFallback = false): unknown {
  const override = { kind: 'environment', label: 'SLUICE_X', path, value: 1, isFallback } as const;
  const { value, errors } = applySets(document, [override]);
  assert.deepEqual(errors, []);
  return value;
}

test('a value from outside goes to every stage of its path, and to none where there is none', () => {
  const steps = ['dedupe', { fetch: { timeout: '30s', retries: 1 } }, { links: null }];
  assert.deepEqual(overridden('steps.*.fetch.retries'), { ...document, steps });
  assert.deepEqual(overridden('steps.*.dedupe.memory'), {
    ...document,
    steps: [{ dedupe: { memory: 1 } }, ...document.steps.slice(1)],
  });
  assert.deepEqual(overridden('steps.*.where.x'), document);
  assert.deepEqual(overridden('sink.tsv.path'), document);
  assert.deepEqual(overridden('limit'), { ...document, limit: 1 });
});

test('a fallback only fills what is empty', () => {
  assert.deepEqual(overridden('sink', true), { ...document, sink: 1 });
  assert.deepEqual(overridden('source', true), document);
});

test('settings are followed in their order, and know where they came from', () => {
  const override = { kind: 'flag', label: '--limit', path: 'limit', value: 2 } as const;
  const { value, settings } = applySets({}, ['limit=1', override]);
  assert.deepEqual(value, { limit: 2 });
  assert.deepEqual(
    settings.map(({ kind, label }) => [kind, label]),
    [
      ['set', '--set limit=1'],
      ['flag', '--limit'],
    ],
  );
});
