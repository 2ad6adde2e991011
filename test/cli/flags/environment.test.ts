import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { linksCommand } from '../../../src/cli/commands/links.ts';
import { runCommand } from '../../../src/cli/commands/run.ts';
import { unknownVariables, variableOf, withEnvironment } from '../../../src/cli/flags/environment.ts';
import { settingFlags } from '../../../src/cli/flags/pipeline-settings.ts';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { removeFolder, temporaryFolder } from '../../helpers/files/samples.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

const flags = settingFlags(stageDefinitions);

const PIPELINE = `source: { lines: { path: urls.txt } }
steps:
  - dedupe
  - fetch: { timeout: 5s, headers: { Accept: text/html } }
  - links
sink: { tsv: { path: links.tsv } }
`;

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'a.yaml'), PIPELINE);
  await writeFile(join(folder, 'urls.txt'), '');
});
afterEach(() => removeFolder(folder));

describe('a variable', () => {
  test('is named like its flag', () => {
    assert.deepEqual(['per-host', 'no-header', 'http2'].map(variableOf), [
      'SLUICE_PER_HOST',
      'SLUICE_NO_HEADER',
      'SLUICE_HTTP2',
    ]);
  });

  test('stands for the flag where that is not given', () => {
    const given = withEnvironment(flags, { delay: '1s' }, { SLUICE_TIMEOUT: '3s', SLUICE_DELAY: '2s' });
    assert.deepEqual({ ...given.values }, { delay: '1s', timeout: '3s' });
    assert.deepEqual(['delay', 'timeout'].map(given.labelOf), ['--delay', 'SLUICE_TIMEOUT']);
  });

  test('that is empty stands for nothing', () => {
    assert.deepEqual(withEnvironment(flags, {}, { SLUICE_TIMEOUT: '' }).values, {});
  });

  test('of a flag without a value is true or false', () => {
    const { values } = withEnvironment(flags, {}, { SLUICE_ORDERED: '1', SLUICE_ROBOTS: 'true', SLUICE_QUIET: '0' });
    assert.deepEqual(values, { ordered: true, robots: true, quiet: false });
    assert.throws(() => withEnvironment(flags, {}, { SLUICE_QUIET: 'yes' }), {
      problems: ['SLUICE_QUIET: expected true or false, got "yes".'],
    });
  });

  test('of a flag that may be repeated has a value a line', () => {
    const { values } = withEnvironment(flags, {}, { SLUICE_HEADER: 'A: b\nC: d\n' });
    assert.deepEqual(values['header'], ['A: b', 'C: d']);
  });

  test('is passed over where its opposite is given as a flag', () => {
    assert.deepEqual(withEnvironment(flags, { 'no-progress': true }, { SLUICE_PROGRESS: '1' }).values, {
      'no-progress': true,
    });
  });

  test('is there for each flag of links and of run, but for --set', () => {
    const names = Object.keys({ ...linksCommand.flags(stageDefinitions), ...runCommand.flags(stageDefinitions) });
    const known = names.filter((name) => name !== 'set');
    const env = Object.fromEntries(known.map((name) => [variableOf(name), '1']));
    assert.deepEqual(unknownVariables(flags, env, new Set()), []);
    assert.equal(unknownVariables(flags, { SLUICE_SET: 'x=1' }, new Set()).length, 1);
  });

  test('that nobody knows gives a warning with the nearest name, unless the file refers to it', () => {
    const env = { SLUICE_CONCURENCY: '5', SLUICE_LIST: 'x', SLUICE_ZZZ: 'x', OTHER: 'x' };
    assert.deepEqual(
      unknownVariables(flags, env, new Set(['SLUICE_LIST'])).map(({ message }) => message),
      [
        'SLUICE_CONCURENCY: warning: stands for no flag; did you mean SLUICE_CONCURRENCY?',
        'SLUICE_ZZZ: warning: stands for no flag.',
      ],
    );
  });
});

describe('for a pipeline file', () => {
  test('a variable goes before the file, --set before the variable, and a flag before both', async () => {
    assert.equal(await timeoutWith({}), '5s');
    assert.equal(await timeoutWith({ SLUICE_TIMEOUT: '6s' }), '6s');
    const sets = ['--set', 'steps.fetch.timeout=7s'];
    assert.equal(await timeoutWith({ SLUICE_TIMEOUT: '6s' }, sets), '7s');
    await run(
      ['--set', 'limit=2', '--limit', 'three'],
      { SLUICE_LIMIT: '4' },
      /^sluice: --limit: expected a number, got "three"\.\n$/,
    );
  });

  test('a variable sets its option of each stage that has it, and no stage is added for it', async () => {
    const env = {
      SLUICE_STRIP_FRAGMENT: 'true',
      SLUICE_ACCEPT: 'html,xml',
      SLUICE_COLUMNS: 'parsed_url',
      SLUICE_NO_HEADER: '1',
      SLUICE_HEADER: 'X-A: b',
    };
    const { steps, sink } = await explained(env);
    assert.equal(steps[2]?.links['stripFragment'], true);
    assert.deepEqual(steps[1]?.fetch['accept'], ['html', 'xml']);
    assert.deepEqual(steps[1]?.fetch['headers'], { 'X-A': 'b' });
    assert.deepEqual([sink.tsv['columns'], sink.tsv['header']], [['parsed_url'], false]);
    await writeFile(join(folder, 'a.yaml'), 'source: lines\nsteps: [fetch, links]\nsink: jsonl\n');
    assert.deepEqual((await explained({ SLUICE_NO_HEADER: '1' })).sink, { jsonl: { path: '-' } });
  });

  test("a path from a variable starts at the working folder, one in the file at the file's", async () => {
    await writeFile(join(folder, 'list.txt'), '');
    const env = { SLUICE_INPUT: 'list.txt', SLUICE_OUTPUT: 'x.tsv', SLUICE_FAILURES: 'f.csv', SLUICE_CHECKPOINT: 'c' };
    const { source, sink, failures, checkpoint } = await explained(env);
    assert.deepEqual(source.lines['path'], [join(folder, 'list.txt')]);
    assert.equal(sink.tsv['path'], join(folder, 'x.tsv'));
    assert.equal(failures.csv['path'], join(folder, 'f.csv'));
    assert.equal(checkpoint, join(folder, 'c'));
  });

  test('that names no sink, the output of a variable has the format of its name', async () => {
    await writeFile(join(folder, 'a.yaml'), 'source: lines\nsteps: [fetch, links]\n');
    assert.equal((await explained({ SLUICE_OUTPUT: 'x.csv' })).sink.csv['path'], join(folder, 'x.csv'));
  });

  test('a bad value names its variable, and nothing runs', async () => {
    await run(
      [],
      { SLUICE_TIMEOUT: 'soon' },
      /^sluice: SLUICE_TIMEOUT: expected a duration such as 30s, got "soon"\.\n$/,
    );
    await run([], { SLUICE_GRACE: 'soon' }, /^sluice: SLUICE_GRACE: expected a duration such as 10s, got "soon"\.\n$/);
  });

  test('a variable that says what only the file can say is told of', async () => {
    const { stderr } = await callSluice(['run', 'a.yaml'], { cwd: folder, env: { SLUICE_FORMAT: 'csv' } });
    assert.match(stderr, /^sluice: SLUICE_FORMAT: warning: has no effect on a pipeline file\.\n/);
  });

  test('SLUICE_QUIET keeps warnings and the summary back', async () => {
    const env = { SLUICE_QUIET: '1', SLUICE_FORMAT: 'csv' };
    assert.deepEqual(await callSluice(['run', 'a.yaml'], { cwd: folder, env }), { code: 0, stdout: '', stderr: '' });
  });
});

describe('for links', () => {
  test('variables are the flags that are not given', async () => {
    const env = { SLUICE_OUTPUT: 'x.csv', SLUICE_COLUMNS: 'parsed_url', SLUICE_QUIET: 'true' };
    const { code } = await callSluice(['--columns', 'source_url,status'], { cwd: folder, env });
    assert.equal(code, 0);
    assert.equal(await readFile(join(folder, 'x.csv'), 'utf8'), 'source_url,status\n');
  });

  test('a bad value names its variable', async () => {
    const env = { SLUICE_CONCURRENCY: 'many', SLUICE_RETRIES: '1' };
    const { code, stderr } = await callSluice([], { cwd: folder, env });
    assert.deepEqual(
      { code, stderr },
      { code: 2, stderr: 'sluice: SLUICE_CONCURRENCY: expected a number, got "many".\n' },
    );
  });

  test('URLs on the command line go before SLUICE_INPUT', async () => {
    const { code, stderr } = await callSluice(['-q', 'not a url'], { cwd: folder, env: { SLUICE_INPUT: 'urls.txt' } });
    assert.deepEqual({ code, stderr }, { code: 1, stderr: '' });
  });
});

/** The options of the stages of the pipeline above, as far as they are looked at here. */
interface Explained {
  readonly source: { readonly lines: Options };
  readonly steps: readonly { readonly fetch: Options; readonly links: Options }[];
  readonly sink: { readonly tsv: Options; readonly csv: Options; readonly jsonl: Options };
  readonly failures: { readonly csv: Options };
  readonly checkpoint: string;
}

type Options = Readonly<Record<string, unknown>>;

async function explained(env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<Explained> {
  const { stdout, stderr } = await callSluice(['explain', 'a.yaml', '--format', 'json', ...args], { cwd: folder, env });
  assert.equal(stderr, '');
  return JSON.parse(stdout).pipeline;
}

/** The time-out of the step fetch. */
async function timeoutWith(env: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<unknown> {
  return (await explained(env, args)).steps[1]?.fetch['timeout'];
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>, expected: RegExp): Promise<void> {
  const { code, stderr } = await callSluice(['run', 'a.yaml', ...args], { cwd: folder, env });
  assert.equal(code, 2, stderr);
  assert.match(stderr, expected);
}
