import { gzipSync } from 'node:zlib';
import { pageOf } from './torture-site.ts';

/** A module with a step of the user's own that has a state: every seventh URL that reaches it is left out, counted over all runs. */
const OWN_STEP = `
import { defineStep, skip, z } from 'sluice';

export default defineStep({
  name: 'but-each-seventh',
  summary: 'Leaves out each seventh URL.',
  input: 'url',
  output: 'url',
  isStateful: true,
  options: z.strictObject({}),
  create: (_options, _context, checkpoint) => {
    let settled: number = checkpoint?.state ?? 0;
    let count = settled;
    const open: number[] = [];
    return {
      concurrency: 1,
      process: (record) => {
        open.push(record.origin.sequence);
        count += 1;
        return count % 7 === 0 ? skip('torture:seventh') : record;
      },
      save: async (low) => {
        while (open[0] < low) {
          open.shift();
          settled += 1;
        }
        return settled;
      },
    };
  },
});
`;

/** A program that says of each link how long it is, and leaves out some. */
const PROGRAM = `
import { createInterface } from 'node:readline';

for await (const line of createInterface({ input: process.stdin })) {
  const { parsed_url } = JSON.parse(line);
  console.log(JSON.stringify(parsed_url.endsWith('3') ? null : { size: parsed_url.length }));
}
`;

/** Pages of the archive for each line of the list: no network slows them down, so that a kill needs more of them to fall among. */
const ARCHIVED = 16;

/** The files that the cases read, by their names: the list in every form, and what stands in the place of the user's code. */
export function tortureInputs(list: string): Readonly<Record<string, string | Buffer>> {
  const middle = list.indexOf('\n', list.length >> 1) + 1;
  const lines = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const urls = lines.filter((line) => line.startsWith('http'));
  return {
    'list.txt': list,
    'list.txt.gz': gzipSync(list),
    'one.txt': list.slice(0, middle),
    'two.txt': list.slice(middle),
    'list.csv': tableOf(lines),
    'first.xml': sitemapOf(urls.filter((_, index) => index % 2 === 0)),
    'second.xml.gz': gzipSync(sitemapOf(urls.filter((_, index) => index % 2 === 1))),
    'crawl.warc.gz': archiveOf(ARCHIVED * lines.length),
    'own-step.ts': OWN_STEP,
    'program.mjs': PROGRAM,
  };
}

/** Some rows with a cell over two lines. */
function tableOf(lines: readonly string[]): string {
  const rows = lines.map(
    (line, index) => `${index},"${line}",${index % 5 === 0 ? '"a note\nin two lines"' : 'a note'}\n`,
  );
  return `number,url,note\n${rows.join('')}`;
}

function sitemapOf(urls: readonly string[]): string {
  const entries = urls.map((url) => `<url><loc>${url}</loc><lastmod>2026-01-02</lastmod></url>`);
  return `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join('\n')}</urlset>`;
}

/** Each record in a member of its own, as crawlers write them; some are no answers. */
function archiveOf(count: number): Buffer {
  const records = Array.from({ length: count }, (_, number) => {
    const type = number % 9 === 4 ? 'request' : 'response';
    const block = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n${number % 8 === 1 ? '<p>no links</p>' : pageOf(number)}`;
    const head = [
      'WARC/1.0',
      `WARC-Type: ${type}`,
      `WARC-Target-URI: http://archive.example/page/${number}`,
      `Content-Type: application/http; msgtype=${type}`,
      `Content-Length: ${Buffer.byteLength(block)}`,
    ];
    return gzipSync(`${head.join('\r\n')}\r\n\r\n${block}\r\n\r\n`);
  });
  return Buffer.concat(records);
}
