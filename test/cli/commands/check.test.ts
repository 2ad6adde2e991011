import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { removeFolder, temporaryFolder } from '../../helpers/files/samples.ts';
import { env } from '../../helpers/pipelines/definitions.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/pipelines/', import.meta.url));
const variables = { ...env, API_TOKEN: 'swordfish' };
const bad = await pipelinesIn('bad');
const questionable = await pipelinesIn('warnings');

const PIPELINE = 'source: { urls: { list: [example.com] } }\nsteps: [fetch, links]\n';

let sockets = 0;
const count = () => {
  sockets += 1;
};
before(() => subscribe('net.client.socket', count));
after(() => unsubscribe('net.client.socket', count));

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

/** Each `NAME.yaml` is broken in the way that its name says, and has beside it what `check` has to say to it. */
describe('a broken file', () => {
  test('is one of at least 40', () => assert.ok(bad.length >= 40));

  for (const name of bad) {
    test(`${name} gives its expected messages, from check and from run, and no request`, async () => {
      const messages = await expected('bad', name);
      const checked = await callSluice(['check', name], { cwd: join(fixtures, 'bad'), env: variables });
      assert.deepEqual(
        { ...checked, stderr: withoutLists(checked.stderr) },
        { code: 2, stdout: '', stderr: lines(messages) },
      );
      const errors = messages.filter((message) => !/^[^ ]+ warning: /.test(message));
      const ran = await callSluice(['run', name], { cwd: join(fixtures, 'bad'), env: variables });
      assert.deepEqual(
        { ...ran, stderr: withoutLists(ran.stderr) },
        { code: 2, stdout: '', stderr: lines(errors.map((error) => `sluice: ${error}`)) },
      );
      assert.equal(sockets, 0);
    });
  }
});

describe('a file that can run, but hardly does what was meant,', () => {
  for (const name of questionable) {
    test(`${name} gives its expected warnings; with --strict, they count`, async () => {
      const messages = await expected('warnings', name);
      assert.ok(messages.every((message) => /:\d+:\d+: warning: /.test(message)));
      const surroundings = { cwd: join(fixtures, 'warnings'), env: variables };
      const stderr = lines(messages);
      assert.deepEqual(await callSluice(['check', name], surroundings), { code: 0, stdout: '', stderr });
      assert.deepEqual(await callSluice(['check', name, '--strict'], surroundings), { code: 2, stdout: '', stderr });
    });
  }
});

for (const name of await pipelinesIn('good')) {
  test(`the good file ${name} has no problem`, async () => {
    const cwd = join(fixtures, 'good');
    const result = await callSluice(['check', '--strict', name], { cwd, env: { ...env, HOME: cwd } });
    assert.deepEqual(result, { code: 0, stdout: '', stderr: '' });
  });
}

describe('check --format json', () => {
  test('gives an array with the place, the severity and the code of each problem on standard output', async () => {
    await writeFile(join(folder, 'a.yaml'), `${PIPELINE}limt: 5\nshard: 1/1\n`);
    await writeFile(join(folder, 'b.yaml'), 'source: lines\nsteps: []\nsink: [\n');
    const { code, stdout, stderr } = await check(['a.yaml', 'b.yaml', '--format', 'json'], { SLUICE_LIMIT: 'x' });
    assert.deepEqual({ code, stderr }, { code: 2, stderr: '' });
    assert.deepEqual(JSON.parse(stdout).slice(0, 3), [
      {
        file: 'a.yaml',
        line: 3,
        column: 1,
        path: 'limt',
        severity: 'error',
        code: 'unknown-key',
        message: 'unknown key "limt"; did you mean "limit"?',
      },
      {
        file: 'a.yaml',
        line: 4,
        column: 8,
        path: 'shard',
        severity: 'warning',
        code: 'no-effect',
        message: '1/1 is the whole list.',
      },
      {
        file: 'a.yaml',
        line: null,
        column: null,
        path: 'limit',
        severity: 'error',
        code: 'wrong-type',
        message: 'SLUICE_LIMIT: expected a number, got "x".',
      },
    ]);
    assert.deepEqual(JSON.parse(stdout)[3].code, 'syntax');
  });

  test('gives an empty array where all is well', async () => {
    await writeFile(join(folder, 'a.yaml'), PIPELINE);
    assert.deepEqual(await check(['a.yaml', '--format', 'json']), { code: 0, stdout: '[]\n', stderr: '' });
  });

  test('is the same array where a variable of the environment is no value of its flag', async () => {
    await writeFile(join(folder, 'a.yaml'), `${PIPELINE}sink: { tsv: { path: '-' } }\n`);
    const { code, stdout, stderr } = await check(['a.yaml', '--format', 'json'], { SLUICE_ROBOTS: 'maybe' });
    assert.deepEqual({ code, stderr }, { code: 2, stderr: '' });
    assert.deepEqual(
      JSON.parse(stdout).map(({ file, message }: Record<string, unknown>) => [file, message]),
      [['a.yaml', 'SLUICE_ROBOTS: expected true or false, got "maybe".']],
    );
  });

  test('has a code of its own for each kind of mistake', async () => {
    const { stdout } = await callSluice(['check', 'bad', '--format', 'json'], { cwd: fixtures, env: variables });
    const problems: { readonly file: string; readonly code: string }[] = JSON.parse(stdout);
    const codesOf = (name: string) => [
      ...new Set(problems.filter(({ file }) => file === join('bad', `${name}.yaml`)).map(({ code }) => code)),
    ];
    for (const [name, ...codes] of [
      ['unknown-option', 'unknown-option'],
      ['unknown-key', 'unknown-key'],
      ['unknown-stage', 'unknown-stage'],
      ['unset-variable', 'unset-variable'],
      ['reference-malformed', 'bad-reference'],
      ['duplicate-key', 'duplicate-key'],
      ['key-not-text', 'bad-key'],
      ['alias-unknown', 'bad-alias'],
      ['two-documents', 'several-documents'],
      ['syntax-tab', 'syntax'],
      ['not-utf8', 'not-text'],
      ['option-required', 'missing'],
      ['bad-boolean', 'wrong-type'],
      ['bad-choice', 'wrong-value'],
      ['neighbours-missing-step', 'misfit'],
      ['checkpoint-stdout', 'no-checkpoint'],
      ['stdout-twice', 'same-output'],
      ['overwrites-input', 'overwrites-input'],
      ['missing-input', 'unreadable-input'],
      ['output-without-folder', 'unwritable-output'],
    ] as const) {
      assert.deepEqual(codesOf(name), codes, name);
    }
  });
});

describe('check', () => {
  test('tells the problems of several files file after file, and reads those that it can', async () => {
    await writeFile(join(folder, 'a.yaml'), `${PIPELINE}x: 1\n`);
    const { code, stderr } = await check(['b.yaml', 'a.yaml']);
    assert.equal(code, 2);
    assert.deepEqual(
      stderr.split('\n').map((line) => line.replace(/; .*/, '')),
      ["b.yaml: can't be read: there is no such file.", 'a.yaml:3:1: x: unknown key "x"', ''],
    );
  });

  test('of a test file tells the mistakes of a test file', async () => {
    await writeFile(join(folder, 'a.test.yaml'), 'cases:\n  - name: one\n    expcted: {}\n');
    const { code, stderr } = await check(['a.test.yaml']);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /^a\.test\.yaml:3:5: cases\[0\]\.expcted: unknown key "expcted"; did you mean "expected"\?\n$/,
    );
  });

  test('of a folder checks its *.yaml, in the order of their names', async () => {
    await mkdir(join(folder, 'pipelines', 'deeper.yaml'), { recursive: true });
    for (const name of ['b.yaml', 'a.yaml', 'a.test.yaml', 'c.json']) {
      await writeFile(join(folder, 'pipelines', name), 'x: 1\n');
    }
    const { stderr } = await check(['pipelines']);
    const files = stderr
      .trimEnd()
      .split('\n')
      .map((line) => line.split(':')[0]);
    assert.deepEqual(
      [...new Set(files)],
      ['pipelines/a.test.yaml', 'pipelines/a.yaml', 'pipelines/b.yaml', 'pipelines/deeper.yaml'],
    );
  });

  test('of a folder without pipelines says so', async () => {
    await mkdir(join(folder, 'empty'));
    assert.deepEqual(await check(['empty']), {
      code: 2,
      stdout: '',
      stderr: 'empty: the folder holds no *.yaml file.\n',
    });
  });

  test('of - checks standard input', async () => {
    const input = `${PIPELINE}limit: none\n`;
    const { stderr } = await callSluice(['check', '-'], { cwd: folder, input });
    assert.equal(stderr, 'stdin:3:8: limit: expected a number, got "none".\n');
  });

  test('of a file that is too large reads no more of it', async () => {
    await writeFile(join(folder, 'a.yaml'), '#'.repeat(1_000_001));
    assert.equal((await check(['a.yaml'])).stderr, 'a.yaml: the file is larger than 1 MB: is it a pipeline file?\n');
  });

  test('tells an unset variable once, and hides nothing else behind it', async () => {
    const text = 'source: lines\nsteps:\n  - fetch: { concurrency: ${A} }\n  - link\nsink: { csv: { path: ${B} } }';
    await writeFile(join(folder, 'a.yaml'), text);
    const { stderr } = await check(['a.yaml']);
    assert.deepEqual(
      stderr
        .trimEnd()
        .split('\n')
        .map((message) => message.split(': ').slice(0, 2).join(' ')),
      ['a.yaml:3:27 steps[0].fetch.concurrency', 'a.yaml:4:5 steps[1]', 'a.yaml:5:22 sink.csv.path'],
    );
  });
});

test('run tells warnings on standard error, and with --quiet none', async () => {
  const text = 'source: { urls: { list: [not a url] } }\nsteps: [fetch, links]\nsink: { tsv: { path: x.tsv } }\n';
  await writeFile(join(folder, 'a.yaml'), text);
  const warning = /^sluice: a\.yaml:1:26: warning: source\.urls\.list\[0\]: will fail: /;
  assert.match((await callSluice(['run', 'a.yaml'], { cwd: folder })).stderr, warning);
  assert.equal((await callSluice(['run', 'a.yaml', '-q'], { cwd: folder })).stderr, '');
});

test('links tells warnings by the names of flags', async () => {
  const { code, stderr } = await callSluice(['--per-host', '9', '-c', '3'], { cwd: folder });
  assert.equal(code, 0);
  assert.match(stderr, /^sluice: --per-host: warning: is above concurrency \(3\): no host ever gets so many\.\n/);
});

function check(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return callSluice(['check', ...args], { cwd: folder, env: environment });
}

async function pipelinesIn(name: string): Promise<readonly string[]> {
  return (await readdir(join(fixtures, name))).filter((file) => file.endsWith('.yaml'));
}

async function expected(of: string, name: string): Promise<readonly string[]> {
  const text = await readFile(join(fixtures, of, name.replace(/yaml$/, 'expected')), 'utf8');
  assert.notEqual(text, '');
  return text.trimEnd().split('\n');
}

/** Which names there are changes with every new stage. */
function withoutLists(text: string): string {
  return text
    .replaceAll(/; there (?:are|is only) .*\.$/gm, '; there are ….')
    .replaceAll(/such as [a-z-]+: \{\}/g, 'such as …: {}');
}

function lines(messages: readonly string[]): string {
  return messages.map((message) => `${message}\n`).join('');
}
