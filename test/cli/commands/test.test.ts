import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { CaseFolder, pipelineWith } from '../../helpers/files/case-folder.ts';

let folder: CaseFolder;

beforeEach(async () => {
  folder = await CaseFolder.make();
});
afterEach(() => folder.remove());

describe('the exit code is 2 and the place is told', () => {
  refuses(
    'for a misspelt key',
    /a\.test\.yaml:\d+:\d+: cases\[0\]\.expected\.rowz: unknown key "rowz"; did you mean "rows"\?/,
    {
      expected: { rowz: [] },
    },
  );
  refuses('for a misspelt total', /unknown key "reed"; did you mean "read"\?/, { expected: { summary: { reed: 1 } } });

  it('for all mistakes of a file and of others at once, those of the cases too', async () => {
    await folder.write('a.test.yaml', 'pipelin: x\ncases: [{ nam: y, answers: { "*": { stauts: 404 } } }]');
    await folder.write('b.test.yaml', 'cases: 3');
    const { code, stderr } = await folder.test('a.test.yaml', 'gone.test.yaml', 'b.test.yaml');
    assert.equal(code, 2);
    for (const told of ['"pipelin"', '"nam"', '"stauts"', "gone.test.yaml: can't be read", 'b.test.yaml:1:8: cases']) {
      assert.ok(stderr.includes(told), `${told}\n${stderr}`);
    }
  });

  it('below the case where that alone is at fault, and the others are run', async () => {
    await folder.write('a.yaml', pipelineWith('userAgent: "${AGENT}"'));
    await folder.writeCases({ name: 'without', input: [] }, { name: 'with', input: [], env: { AGENT: 'x' } });
    const { code, stdout } = await folder.test('a.test.yaml');
    assert.equal(code, 2);
    assert.match(stdout, /✗ without\n {6}a\.yaml:3:\d+: .*AGENT is not set.*\n {2}✓ with\n/);
  });

  refuses('for a misspelt column', /unknown column "parsd_url"; did you mean "parsed_url"\?/, {
    input: [],
    expected: { rows: [{ parsd_url: 'x' }] },
  });
  refuses(
    'for an option that is not there',
    /a\.test\.yaml:\d+:\d+: .*set\.steps\.fech\.retries: steps has no "fech"/,
    {
      input: [],
      set: { 'steps.fech.retries': 0 },
    },
  );
  refuses(
    'for an option that is set to what it can not be',
    /a\.test\.yaml:\d+:\d+: .*fetch\.timeout: expected a dur/,
    {
      input: [],
      set: { 'steps.fetch.timeout': 3 },
    },
  );
  refuses(
    'for a mistake in the pipeline',
    /a\.yaml:3:\d+: steps\[0\]\.fetch\.timeout: expected a duration/,
    { input: [] },
    'timeout: 3',
  );
  refuses('for a body that is not there', /file: can't be read/, { answers: { '*': { file: 'gone.html' } } });

  it('for a pipeline that is not there', async () => {
    await folder.write('b.test.yaml', 'cases: [{ name: x }]');
    const { code, stderr } = await folder.test('b.test.yaml');
    assert.equal(code, 2);
    assert.match(stderr, /b\.test\.yaml:1:1: pipeline: b\.yaml can't be read/);
  });

  it('for a folder without tests', async () => {
    const { code, stderr } = await folder.test();
    assert.equal(code, 2);
    assert.match(stderr, /there is no \*\.test\.yaml file here/);
  });
});

describe('--update', () => {
  const text = `# Top.
cases:
  # First.
  - name: one
    input: ["https://a.example/"]
    answers: { "*": "<a href=b><a href=c>" }
    expected:
      rows:
        - { parsed_url: "https://a.example/x" }
      # Last.
      summary: { linked: 7 }
  - name: two
    input: ["https://a.example/"]
    answers: { "*": { status: 404 } }
`;

  it('writes what came into the file, which then passes, and keeps its comments', async () => {
    await folder.write('a.test.yaml', text);
    assert.equal((await folder.test('a.test.yaml', '--update')).code, 0);
    const updated = await folder.read('a.test.yaml');
    for (const kept of [
      '# Top.',
      '# First.',
      '# Last.',
      'linked: 1',
      '- { parsed_url: https://a.example/c }',
      'code: http-status',
    ]) {
      assert.ok(updated.includes(kept), `${kept}\n${updated}`);
    }
    assert.equal((await folder.test('a.test.yaml')).code, 0);
  });

  it('writes no reference to a variable where a page has the like', async () => {
    await folder.writeCases({
      name: 'x',
      input: ['${x}'],
      answers: { '*': { failure: 'dns' } },
      expected: { failures: [{ source_url: '' }] },
    });
    assert.equal((await folder.test('a.test.yaml', '--update')).code, 0);
    const { code, stdout, stderr } = await folder.test('a.test.yaml');
    assert.equal(code, 0, stdout + stderr);
  });

  it('touches no file whose cases pass', async () => {
    const passing = text.split('    expected:')[0] ?? '';
    const own = `${passing}    expected: { rows: [[ "https://a.example/",   https://a.example/b ], { parsed_url: https://a.example/c }] }\n`;
    await folder.write('a.test.yaml', own);
    await folder.test('a.test.yaml', '--update');
    assert.equal(await folder.read('a.test.yaml'), own);
  });
});

describe('of several cases', () => {
  beforeEach(() =>
    folder.writeCases(
      { name: 'wrong', input: [], expected: { exitCode: 9 } },
      { name: 'right', input: [], expected: { exitCode: 0 } },
    ),
  );

  it('--filter runs those that have its text in their name', async () => {
    const { code, stdout } = await folder.test('a.test.yaml', '--filter', 'igh');
    assert.deepEqual([code, stdout], [0, 'a.test.yaml\n  ✓ right\n\n1 passed\n']);
  });

  it('the pipeline may be named in the place of its test file', async () => {
    const { stdout } = await folder.test('a.yaml', '--filter', 'right');
    assert.equal(stdout, 'a.test.yaml\n  ✓ right\n\n1 passed\n');
  });

  it('--update tells which ones it has updated', async () => {
    const { code, stdout } = await folder.test('a.test.yaml', '--update');
    assert.deepEqual([code, stdout], [0, 'a.test.yaml\n  ✓ wrong (updated)\n  ✓ right\n\n2 passed\n']);
  });

  it('--filter that fits none is a mistake', async () => {
    assert.equal((await folder.test('a.test.yaml', '--filter', 'left')).code, 2);
  });

  it('--bail runs none behind the first that fails', async () => {
    const { code, stdout } = await folder.test('a.test.yaml', '--bail');
    assert.equal(code, 1);
    assert.ok(!stdout.includes('right'));
  });

  it('--format json has one entry a case', async () => {
    const { code, stdout } = await folder.test('.', '--format', 'json');
    const [{ file, cases }] = JSON.parse(stdout);
    assert.deepEqual(
      [code, file, cases.map((one: { name: string; passed: boolean }) => [one.name, one.passed])],
      [
        1,
        'a.test.yaml',
        [
          ['wrong', false],
          ['right', true],
        ],
      ],
    );
  });
});

function refuses(title: string, what: RegExp, testCase: object, fetch?: string): void {
  it(title, async () => {
    if (fetch !== undefined) await folder.write('a.yaml', pipelineWith(fetch));
    await folder.writeCases({ name: 'case', ...testCase });
    const { code, stdout, stderr } = await folder.test('a.test.yaml');
    assert.equal(code, 2);
    assert.match(stdout + stderr, what);
  });
}
