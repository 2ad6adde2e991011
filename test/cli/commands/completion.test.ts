import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stageDefinitions } from '../../../src/stages/registry.ts';
import { removeFolder, temporaryFolder } from '../../helpers/files/samples.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

/** Has our script loaded, and prints what the words that stand in "$@" are completed to, a line each. */
const BASH = `
source sluice.bash
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_sluice 2>&1
printf '%s\\n' "\${COMPREPLY[@]}"`;

const FISH = 'source sluice.fish; complete -C "$argv[1]"';

/** A shell at a terminal, in which the line is typed and the tabulator key pressed. */
const ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; stty -echo; autoload -U compinit; compinit -u -D; source ./sluice.zsh; bindkey "^I" list-choices; print READ''Y'
zpty -r -m shell ready '*READY*'
zpty -w -n shell "$1"$'\\t'
zpty -r -m shell offered "*$2*"
print -r -- $offered`;

const COMMANDS = ['links', 'run', 'check', 'test', 'explain', 'stages', 'schema', 'init', 'completion'];

const FORMATS = stageDefinitions.filter(({ type }) => type === 'sink').map(({ name }) => name);

let folder: string;

before(async () => {
  folder = await temporaryFolder();
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = await callSluice(['completion', shell]);
    assert.equal(code, 0);
    await writeFile(join(folder, `sluice.${shell}`), stdout);
  }
  for (const file of ['a job.yaml', 'a job.test.yaml', 'b.json', 'c.txt']) await writeFile(join(folder, file), '');
  await mkdir(join(folder, 'more'));
});
after(() => removeFolder(folder));

describe('in bash', { skip: lacks('bash') }, () => {
  const offers = (...words: string[]) => {
    const { status, stdout } = run('bash', ['-c', BASH, 'bash', 'sluice', ...words]);
    assert.equal(status, 0);
    return stdout.split('\n').filter((line) => line !== '');
  };

  it('commands are offered, those that begin so', () => {
    const all = offers('');
    for (const command of COMMANDS) assert.equal(all.includes(command), true, command);
    assert.deepEqual(offers('exp'), ['explain']);
  });

  it('flags of the command are offered, of links where none is named', () => {
    assert.deepEqual(offers('--check'), ['--checkpoint', '--checkpoint-interval']);
    assert.deepEqual(offers('example.com', '--per'), ['--per-host']);
    assert.deepEqual(offers('explain', 'x.yaml', '--f'), ['--format']);
    assert.deepEqual(offers('run', '--per'), []);
    assert.deepEqual(offers('stages', '--h'), ['--help']);
  });

  it('values of a flag that has a choice are offered, also behind an equals sign', () => {
    assert.deepEqual(offers('--format', '').sort(), [...FORMATS].sort());
    assert.deepEqual(offers('--format', 'cs'), ['csv']);
    assert.deepEqual(offers('-f', 'js'), ['jsonl']);
    assert.deepEqual(offers('--disallowed', '='), ['skip', 'fail']);
    assert.deepEqual(offers('--disallowed', '=', 'f'), ['fail']);
    assert.deepEqual(offers('explain', '--format', 'm'), ['mermaid']);
    assert.deepEqual(offers('--concurrency', ''), []);
  });

  it('stages and shells are offered where one is due', () => {
    assert.deepEqual(offers('stages', 'ded'), ['dedupe']);
    assert.deepEqual(offers('completion', ''), ['bash', 'zsh', 'fish']);
    assert.deepEqual(offers('schema', ''), []);
  });

  it('templates are offered where one is due', () => {
    assert.deepEqual(offers('init', '--template', 's').sort(), ['seo-audit', 'sitemap-audit']);
  });

  it('pipeline files, test files and folders are offered where one is due, any file where a file is', () => {
    assert.deepEqual(offers('check', '').sort(), ['a job.test.yaml', 'a job.yaml', 'b.json', 'more']);
    for (const command of ['run', 'explain']) {
      assert.deepEqual(offers(command, '').sort(), ['a job.yaml', 'b.json', 'more']);
    }
    assert.deepEqual(offers('test', '').sort(), ['a job.test.yaml', 'more']);
    assert.deepEqual(offers('run', 'x.yaml', '--summary', 'c'), ['c.txt']);
    assert.deepEqual(offers('-o', 'c'), ['c.txt']);
  });
});

describe('in fish', { skip: lacks('fish') }, () => {
  const offers = (line: string) => {
    const { status, stdout } = run('fish', ['--no-config', '-c', FISH, line]);
    assert.equal(status, 0);
    return stdout
      .split('\n')
      .filter((offer) => offer !== '')
      .map((offer) => offer.split('\t')[0]);
  };

  it('commands, flags, values and files are offered', () => {
    const all = offers('sluice ');
    for (const command of COMMANDS) assert.equal(all.includes(command), true, command);
    assert.deepEqual(offers('sluice --per-h'), ['--per-host']);
    assert.deepEqual(offers('sluice run --per-h'), []);
    assert.deepEqual(offers('sluice --format ').sort(), [...FORMATS].sort());
    assert.deepEqual(offers('sluice stages ded'), ['dedupe']);
    const pipelines = offers('sluice run ');
    assert.deepEqual(
      ['a job.yaml', 'b.json', 'a job.test.yaml'].map((file) => pipelines.includes(file)),
      [true, true, false],
    );
    for (const command of ['check', 'test']) {
      assert.equal(offers(`sluice ${command} `).includes('a job.test.yaml'), true);
    }
    assert.deepEqual(offers('sluice init --template seo'), ['seo-audit']);
    assert.deepEqual(offers('sluice -o c.'), ['c.txt']);
  });
});

describe('in zsh', { skip: lacks('zsh') }, () => {
  const offers = (line: string, last: string) => run('zsh', ['-f', '-c', ZSH, 'zsh', line, last]).stdout;

  it('commands, flags, values and files are offered', () => {
    const all = offers('sluice ', 'test  *-- ');
    for (const command of COMMANDS) assert.match(all, new RegExp(`${command} +-- `));
    assert.match(offers('sluice --check', '-interval'), /--checkpoint +-- Goes on/);
    assert.match(offers('sluice --format js', 'onl'), /jsonl/);
    assert.match(offers('sluice stages ded', 'upe'), /dedupe/);
    const pipelines = offers('sluice run ', 'more/');
    assert.match(pipelines, /a\\? job\.yaml +b\.json/);
    assert.doesNotMatch(pipelines, /\.test\.yaml/);
    assert.match(offers('sluice check ', 'more/'), /a\\? job\.test\.yaml +a\\? job\.yaml/);
    assert.match(offers('sluice test ', 'more/'), /a\\? job\.test\.yaml/);
    assert.match(offers('sluice init --template seo', 'audit'), /seo-audit/);
  });
});

describe('sluice completion', () => {
  it('takes the shell from SHELL', async () => {
    const { stdout } = await callSluice(['completion'], { env: { SHELL: '/usr/bin/fish' } });
    assert.match(stdout, /^# Completion of sluice for fish/);
    assert.match((await callSluice(['completion'])).stdout, /^# Completion of sluice for bash/);
  });

  it('refuses a shell that it has no script for', async () => {
    const { code, stderr } = await callSluice(['completion', 'tcsh']);
    assert.deepEqual([code, stderr], [2, 'sluice: expected a shell, one of bash, zsh, fish, got "tcsh".\n']);
  });
});

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 20_000 });
}

/** The reason to skip where a shell is not installed. */
function lacks(command: string): string | false {
  return spawnSync(command, ['--version']).error === undefined ? false : `${command} is not installed`;
}
