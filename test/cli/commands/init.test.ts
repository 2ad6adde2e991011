import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { removeFolder, root, temporaryFolder } from '../../helpers/files/samples.ts';
import { startSite } from '../../helpers/network/site.ts';
import { callSluice } from '../../helpers/processes/command-line.ts';

const files = await readdir(join(root, 'pipelines/templates'));
const templates = files.flatMap((file) => /^([^.]+)\.yaml$/.exec(file)?.[1] ?? []).sort();
const SCHEMAS = ['sluice.schema.json', 'sluice.test-schema.json'];

/** What each template reads, and the text that asks the site for its front page. A template without fetches nothing. */
const INPUTS: Readonly<Record<string, readonly [file: string, text: (origin: string) => string]>> = {
  'api-to-links': ['articles.jsonl', (origin) => `{"id":1,"url":"${origin}","published":true,"tags":[]}\n`],
  csv: ['shops.csv', (origin) => `url,category\n${origin},"one, two"\n`],
};
const LIST = ['urls.txt', (origin: string) => `${origin}\n`] as const;

/** The options that let a template at a site on this machine; of those of the others, nothing is there to be set. */
const SETS: Readonly<Record<string, (origin: string) => readonly string[]>> = {
  archive: () => [],
  'sitemap-audit': (origin) => [
    `source.sitemap={url: "${origin}/sitemap.xml", allowPrivate: true}`,
    'steps.fetch={allowPrivate: true}',
  ],
};

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
    it(`writes ${template}, which passes check, its tests among what is written`, async () => {
      const { code, stdout } = await init('audit', '--template', template);
      assert.deepEqual([code, stdout.split(', ', 2)], [0, ['wrote audit.yaml', 'audit.test.yaml']]);
      assert.match(stdout, /\n {2}sluice test audit\.test\.yaml .*\n {2}sluice run audit\.yaml\n$/s);
      const check = await callSluice(['check', '--strict', 'audit.yaml'], { cwd: folder });
      assert.deepEqual([check.code, check.stderr], [0, '']);
      const test = await callSluice(['test'], { cwd: folder });
      assert.deepEqual([test.code, test.stderr], [0, ''], test.stdout);
      assert.match(test.stdout, /^audit\.test\.yaml\n/);
    });

    it(`writes ${template}, which runs, and has all that it writes called after it`, async (t) => {
      const site = await startSite({
        '/': '<a href="/x">x</a><link rel="canonical" href="/other">',
        '/sitemap.xml': (_, response) =>
          response.setHeader('content-type', 'text/xml').end(`<urlset><url><loc>${site.origin}/</loc></url></urlset>`),
      });
      t.after(site.close);
      await init('audit', '--template', template);
      const [input, text] = INPUTS[template] ?? LIST;
      const given = await readdir(folder);
      if (given.includes(input)) await writeFile(join(folder, input), text(site.origin));
      const sets = SETS[template]?.(site.origin) ?? ['steps.fetch.allowPrivate=true'];
      const flags = sets.flatMap((set) => ['--set', set]);
      const run = await callSluice(['run', 'audit.yaml', '--summary', 'audit.summary.json', ...flags], { cwd: folder });
      assert.equal(run.code, 0, run.stderr);
      const made = (await readdir(folder)).filter((file) => !given.includes(file));
      assert.equal(made.length > 2, true);
      for (const file of made) assert.match(file, /^audit\./);
      assert.match(await written('audit.yaml'), /^name: audit$/m);
      const { linked, rows, complete } = JSON.parse(await written('audit.summary.json'));
      assert.deepEqual([linked > 0, rows > 0, complete], [true, true, true]);
    });
  }

  it('is called after its template where it has no name, and .yaml may be said or left out', async () => {
    assert.match((await init()).stdout, /^wrote hrefs\.yaml,/);
    assert.match((await init('own.yaml')).stdout, /^wrote own\.yaml, own\.test\.yaml\n/);
    const pipelines = ['hrefs.test.yaml', 'hrefs.yaml', 'own.test.yaml', 'own.yaml'];
    assert.deepEqual(await readdir(folder), [...pipelines, ...SCHEMAS, 'urls.txt']);
  });

  it('never overwrites: not the pipeline, not its tests, not the list, not the schemas', async () => {
    const mine = ['hrefs.yaml', 'other.test.yaml', 'urls.txt', ...SCHEMAS];
    for (const file of mine) await writeFile(join(folder, file), 'mine');
    const { code, stdout, stderr } = await init();
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      'sluice: hrefs.yaml is there already, and is left as it is. Another name: sluice init NAME.\n',
    );
    assert.equal((await init('other')).code, 0);
    for (const file of mine) assert.equal(await written(file), 'mine');
  });

  it('names the schema of the package that is installed above, and writes none then', async () => {
    const installed = join(folder, 'node_modules/sluice/pipelines');
    await mkdir(installed, { recursive: true });
    await mkdir(join(folder, 'jobs'));
    await writeFile(join(installed, 'schema.json'), '{}');
    const { stdout } = await callSluice(['init'], { cwd: join(folder, 'jobs') });
    assert.match(stdout, /^wrote hrefs\.yaml, hrefs\.test\.yaml, urls\.txt\n/);
    const firstOf = async (file: string) => (await written(file)).split('\n')[0];
    const schemas = '# yaml-language-server: $schema=../node_modules/sluice/pipelines';
    assert.equal(await firstOf('jobs/hrefs.yaml'), `${schemas}/schema.json`);
    assert.equal(await firstOf('jobs/hrefs.test.yaml'), `${schemas}/test-schema.json`);
  });

  it('names commands as they are called: by npx where the package is installed in a folder above', async () => {
    const installed = join(folder, 'node_modules/sluice/pipelines');
    await init('far');
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, 'schema.json'), '{}');
    const { stdout } = await init('near');
    assert.match(await written('far.yaml'), /^# {3}sluice run far\.yaml /m);
    assert.match(await written('near.yaml'), /^# {3}npx sluice run near\.yaml .*`npx sluice stages fetch`/ms);
    assert.match(await written('near.test.yaml'), /^# {3}npx sluice test near\.test\.yaml --update/m);
    assert.match(stdout, /^ {2}npx sluice run near\.yaml$/m);
  });

  it('writes the schemas beside the pipeline otherwise', async () => {
    await init();
    const [first] = (await written('hrefs.yaml')).split('\n');
    assert.equal(first, '# yaml-language-server: $schema=sluice.schema.json');
    assert.equal(await written('sluice.schema.json'), (await callSluice(['schema'])).stdout);
    const [firstOfTest] = (await written('hrefs.test.yaml')).split('\n');
    assert.equal(firstOfTest, '# yaml-language-server: $schema=sluice.test-schema.json');
    assert.equal(await written('sluice.test-schema.json'), (await callSluice(['schema', '--tests'])).stdout);
  });

  it('refuses a template that does not exist, and a name that is a path or a test file', async () => {
    const unknown = await init('--template', 'seoaudit');
    assert.equal(unknown.stderr, 'sluice: --template: unknown template "seoaudit"; did you mean "seo-audit"?\n');
    const path = await init('../audit');
    assert.match(path.stderr, /^sluice: expected a name of letters, .* got "\.\.\/audit"\.\n$/);
    const test = await init('audit.test.yaml');
    assert.match(test.stderr, /^sluice: expected a name .* got "audit\.test\.yaml"\.\n$/);
    assert.deepEqual([unknown.code, path.code, test.code], [2, 2, 2]);
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
