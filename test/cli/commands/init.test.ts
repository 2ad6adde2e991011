import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { callSluice } from '../../helpers/command-line.ts';
import { removeFolder, root, temporaryFolder } from '../../helpers/samples.ts';
import { startSite } from '../../helpers/site.ts';

const templates = (await readdir(join(root, 'pipelines/templates'))).map((file) => file.replace(/\.yaml$/, '')).sort();
let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => removeFolder(folder));

describe('sluice init', () => {
  it('lists the templates, each with a sentence', async () => {
    const { code, stdout } = await init('--list');
    const lines = stdout.trimEnd().split('\n');
    assert.equal(code, 0);
    assert.deepEqual(
      lines.map((line) => line.split(' ')[0]),
      templates,
    );
    for (const line of lines) assert.match(line, /^\S+ +[A-Z].*\.$/);
    assert.deepEqual(await readdir(folder), []);
  });

  for (const template of templates) {
    it(`writes ${template}, which passes check, runs, and has all of its files called after it`, async (t) => {
      const site = await startSite({ '/': '<a href="/x">x</a><link rel="icon" href="/i.png">' });
      t.after(site.close);
      const { code, stdout } = await init('audit', '--template', template);
      assert.equal(code, 0);
      assert.match(stdout, /^wrote audit\.yaml, sluice\.schema\.json, urls\.txt\n.*sluice run audit\.yaml\n$/s);
      const check = await callSluice(['check', 'audit.yaml'], { cwd: folder });
      assert.deepEqual([check.code, check.stderr], [0, '']);
      await writeFile(join(folder, 'urls.txt'), `${site.origin}\n`);
      const allowed = ['--set', 'steps.fetch.allowPrivate=true'];
      const run = await callSluice(['run', 'audit.yaml', '-q', ...allowed], { cwd: folder });
      assert.deepEqual([run.code, run.stderr], [0, '']);
      const files = (await readdir(folder)).filter((file) => !['urls.txt', 'sluice.schema.json'].includes(file));
      assert.equal(files.length > 2, true);
      for (const file of files) assert.match(file, /^audit\./);
      assert.match(await written('audit.yaml'), /^name: audit$/m);
    });
  }

  it('is called after its template where it has no name, and .yaml may be said or left out', async () => {
    assert.match((await init()).stdout, /^wrote hrefs\.yaml,/);
    assert.match((await init('own.yaml')).stdout, /^wrote own\.yaml\n/);
    assert.deepEqual(await readdir(folder), ['hrefs.yaml', 'own.yaml', 'sluice.schema.json', 'urls.txt']);
  });

  it('never overwrites: not the pipeline, not the list, not the schema', async () => {
    for (const file of ['hrefs.yaml', 'urls.txt', 'sluice.schema.json']) await writeFile(join(folder, file), 'mine');
    const { code, stdout, stderr } = await init();
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      'sluice: hrefs.yaml is there already, and is left as it is. Another name: sluice init NAME.\n',
    );
    assert.equal((await init('other')).code, 0);
    for (const file of ['hrefs.yaml', 'urls.txt', 'sluice.schema.json']) assert.equal(await written(file), 'mine');
  });

  it('names the schema of the package that is installed above, and writes none then', async () => {
    const installed = join(folder, 'node_modules/sluice/pipelines');
    await mkdir(installed, { recursive: true });
    await mkdir(join(folder, 'jobs'));
    await writeFile(join(installed, 'schema.json'), '{}');
    const { stdout } = await callSluice(['init'], { cwd: join(folder, 'jobs') });
    assert.match(stdout, /^wrote hrefs\.yaml, urls\.txt\n/);
    const [first] = (await written('jobs/hrefs.yaml')).split('\n');
    assert.equal(first, '# yaml-language-server: $schema=../node_modules/sluice/pipelines/schema.json');
  });

  it('writes the schema beside the pipeline otherwise', async () => {
    await init();
    const [first] = (await written('hrefs.yaml')).split('\n');
    assert.equal(first, '# yaml-language-server: $schema=sluice.schema.json');
    assert.equal(await written('sluice.schema.json'), (await callSluice(['schema'])).stdout);
  });

  it('refuses a template that does not exist, and a name that is a path', async () => {
    const unknown = await init('--template', 'seoaudit');
    assert.equal(unknown.stderr, 'sluice: --template: unknown template "seoaudit"; did you mean "seo-audit"?\n');
    const path = await init('../audit');
    assert.match(path.stderr, /^sluice: expected a name of letters, .* got "\.\.\/audit"\.\n$/);
    assert.deepEqual([unknown.code, path.code], [2, 2]);
    assert.deepEqual(await readdir(folder), []);
  });

  it('ends with 3 where nothing can be written', async () => {
    const { code, stderr } = await callSluice(['init'], { cwd: join(folder, 'gone') });
    assert.equal(code, 3);
    assert.match(stderr, /^sluice: .*hrefs\.yaml: can't be written: ENOENT/);
  });
});

function init(...args: string[]) {
  return callSluice(['init', ...args], { cwd: folder });
}

function written(file: string): Promise<string> {
  return readFile(join(folder, file), 'utf8');
}
