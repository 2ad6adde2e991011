/**
 * `npx tsx samples/archive.ts`: writes the sample archives, as a crawler would have archived pages of the sample site.
 *
 * Each record is a gzip member of its own, so that a reader can begin at any of them (WARC 1.1, annex D).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { gzipSync } from 'node:zlib';
import { type SampleAnswer, sampleAnswers } from './site.ts';

/** The pages that were crawled, in order; a redirect, a picture and a page that is gone among them. */
const PATHS = ['/', '/locks/', '/old/locks.htm', '/boats/ann-small.svg', '/archive/faehre.html', '/locks/lost.html'];
const CRAWLED_AT = '2026-11-22T12:00:00Z';

/** The archives that there are, and the site that each says it has crawled. */
export const archives = [
  { path: 'samples/crawl.warc.gz', site: 'http://127.0.0.1:8080' },
  { path: 'pipelines/templates/crawl.warc.gz', site: 'https://example.com' },
] as const;

/** Gives the records of an archive of the site, one gzip member each. */
export async function sampleArchive(site: string): Promise<readonly Buffer[]> {
  const info = record({ 'WARC-Type': 'warcinfo', 'Content-Type': 'application/warc-fields' }, 'software: sluice\r\n');
  const answers = await Promise.all(PATHS.map((path, index) => answerRecord(site, path, index)));
  return [info, ...answers].map((bytes) => gzipSync(bytes, { level: 9 }));
}

async function answerRecord(site: string, path: string, index: number): Promise<Buffer> {
  const answer = sampleAnswers[path];
  if (answer === undefined) throw new Error(`the sample site has no ${path}`);
  const body = answer.file === undefined ? '' : await readFile(new URL(`site/${answer.file}`, import.meta.url));
  const fields = {
    'WARC-Type': 'response',
    'WARC-Target-URI': site + path,
    // Known, so that the file is the same whenever it is written.
    'WARC-Record-ID': `<urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}>`,
    'WARC-Date': CRAWLED_AT,
    'Content-Type': 'application/http; msgtype=response',
  };
  return record(fields, Buffer.concat([Buffer.from(headOf(answer)), Buffer.from(body)]));
}

function headOf({ status, contentType, location }: SampleAnswer): string {
  const fields = { 'Content-Type': contentType, Location: location };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', ''].join('\r\n');
}

/** A record as WARC 1.1 has it (ISO 28500:2017, 4). */
function record(fields: Readonly<Record<string, string>>, block: string | Uint8Array): Buffer {
  const bytes = Buffer.from(block);
  const all = { ...fields, 'Content-Length': bytes.length };
  const lines = ['WARC/1.1', ...Object.entries(all).map(([name, value]) => `${name}: ${value}`), '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n')), bytes, Buffer.from('\r\n\r\n')]);
}

if (process.argv[1] === import.meta.filename) {
  for (const { path, site } of archives) {
    await writeFile(new URL(`../${path}`, import.meta.url), Buffer.concat(await sampleArchive(site)));
  }
}
