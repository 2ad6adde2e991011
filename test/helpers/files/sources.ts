import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { PageFacts, PageResponse } from '../../../src/core/record.ts';
import type { SourceItem } from '../../../src/core/stage/source-item.ts';
import type { Source } from '../../../src/core/stage.ts';

/** A folder with these files, in folders of their own where their names say so; it goes with the test. */
export async function folderOf(t: TestContext, files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-source-'));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return folder;
}

/** Everything that a source gives; each page is read as it comes. */
export async function itemsOf(source: Source): Promise<ReadItem[]> {
  const items: ReadItem[] = [];
  await source.open?.();
  for await (const batch of source.items) for (const item of batch) items.push({ item, page: await readPage(item) });
  return items;
}

/** An item with what its page holds, or what its page fails with. */
export interface ReadItem {
  readonly item: SourceItem;
  readonly page: { readonly text: string; readonly facts: PageFacts } | { readonly error: unknown } | undefined;
}

/** Reads the page of an item; undefined where it has none. */
export async function readPage(item: SourceItem): Promise<ReadItem['page']> {
  const chunks: Uint8Array[] = [];
  const open = (_: PageResponse) => ({
    write: (chunk: Uint8Array) => void chunks.push(Uint8Array.from(chunk)),
    end: () => Buffer.concat(chunks).toString(),
  });
  try {
    const read = await item.page?.body.read(open);
    return read && { text: read.result, facts: read.page };
  } catch (error) {
    return { error };
  }
}
