import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import { urlsSource } from '../../../src/stages/sources/urls.ts';
import { stageContext } from '../../helpers/pipelines/stages.ts';

it('each URL of the list is read as a line would be, and numbered from 1', async () => {
  const items = await itemsOf([' example.com/a ', 'mailto:a@b', 'http://b.example']);
  assert.deepEqual(
    items.map(({ origin, sourceUrl, url, error }) => [origin.line, sourceUrl, url?.href ?? error?.code]),
    [
      [1, 'example.com/a', 'https://example.com/a'],
      [2, 'mailto:a@b', 'unsupported-scheme'],
      [3, 'http://b.example', 'http://b.example/'],
    ],
  );
  assert.deepEqual(items[0]?.origin, { input: 'arguments', line: 1, offset: 0 });
});

it('a list that is taken up begins with the line that it was left at', async () => {
  const options = urlsSource.options.parse({ list: ['a.example', 'b.example', 'c.example'] });
  const from = { sequence: 1, input: 'arguments', line: 2, offset: 0 };
  const items: SourceItem[] = [];
  for await (const batch of urlsSource.create(options, stageContext('/'), { from, known: [] }).items)
    items.push(...batch);
  assert.deepEqual(
    items.map(({ origin, sourceUrl }) => [origin.line, sourceUrl]),
    [
      [2, 'b.example'],
      [3, 'c.example'],
    ],
  );
});

it('a list that is empty, or holds an empty text, is wrong usage', () => {
  for (const wrong of [{}, { list: [] }, { list: [''] }, { list: 'a.example' }]) {
    assert.equal(urlsSource.options.safeParse(wrong).success, false);
  }
});

async function itemsOf(list: readonly string[]): Promise<SourceItem[]> {
  const items: SourceItem[] = [];
  const source = urlsSource.create(urlsSource.options.parse({ list }), stageContext('/'));
  for await (const batch of source.items) items.push(...batch);
  return items;
}
