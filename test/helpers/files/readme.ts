import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from '../processes/process.ts';
import { inOriginalPort, root } from './samples.ts';

/** Where a section of the README is followed. */
export interface Place {
  /** The folder in which its commands are called, and in which the file is that its YAML changes. */
  readonly folder: string;
  readonly file: string;
  /** What stands in the place of the sample site's address. */
  readonly origin: string;
}

/** Figures that are others in each run. */
const TIMES = / [\d.]+s, [\d.]+\/s/g;
/** What npx itself has to say, of its settings and its newer versions. */
const NPM_LINES = /^npm .*\n/gm;

/**
 * Follows a section of the README to the letter: calls each command of its console blocks in a shell, and puts the lines of its
 * YAML blocks in the place of those that begin as they do.
 *
 * Each command must end with 0, and print what stands below it, where anything does. Gives the commands.
 */
export async function followReadme(heading: string, place: Place): Promise<readonly string[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, section = ''] = readme.split(`\n## ${heading}\n`);
  const blocks = section
    .split('\n## ', 1)
    .join('')
    .matchAll(/^```(console|yaml)\n(.*?)^```$/gms);
  const called: string[] = [];
  for (const [, kind, text = ''] of blocks) {
    if (kind === 'yaml') await change(text, place);
    else called.push(...(await callAll(text, place)));
  }
  return called;
}

async function change(lines: string, { folder, file }: Place): Promise<void> {
  const path = join(folder, file);
  let text = await readFile(path, 'utf8');
  for (const line of lines.trimEnd().split('\n')) {
    const start = line.slice(0, line.indexOf(':') + 1);
    const changed = text.replace(new RegExp(`^${start}.*$`, 'm'), () => line);
    assert.notEqual(changed, text, `${file} has no line that begins with ${start}`);
    text = changed;
  }
  await writeFile(path, text);
}

async function callAll(block: string, { folder, origin }: Place): Promise<readonly string[]> {
  const calls = block.split(/^\$ /m).slice(1);
  const commands: string[] = [];
  for (const call of calls) {
    const [command = '', ...lines] = call.trimEnd().split('\n');
    const real = command.replaceAll('http://127.0.0.1:8080', origin);
    const { code, stdout, stderr } = await runProcess('sh', ['-c', real], { cwd: folder, timeoutMs: 60_000 });
    assert.equal(code, 0, `${command}\n${stderr}`);
    const printed = inOriginalPort(stdout + stderr)
      .replaceAll(TIMES, '')
      .replaceAll(NPM_LINES, '');
    if (lines.length > 0) assert.equal(printed.trimEnd(), lines.join('\n').replaceAll(TIMES, ''), command);
    commands.push(command);
  }
  return commands;
}
