// What one would write for the day: undici, htmlparser2's Parser and `new URL`, each distinct link of a page as a row.
// node parser.mjs LIST OUT
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { Parser } from 'htmlparser2';
import { request } from 'undici';

const CONCURRENCY = 64;
const LINKED = new Set(['a', 'area', 'link']);

const [list, outputPath] = process.argv.slice(2);
const urls = readFileSync(list, 'utf8').trimEnd().split('\n');
const output = createWriteStream(outputPath);
output.write('source_url\tparsed_url\n');
let next = 0;

function linksOf(url, body) {
  return new Promise((resolve, reject) => {
    const links = new Set();
    const parser = new Parser({
      onopentag(name, { href }) {
        if (href !== undefined && LINKED.has(name) && URL.canParse(href, url)) links.add(new URL(href, url).href);
      },
    });
    const decoder = new TextDecoder();
    body.on('data', (chunk) => parser.write(decoder.decode(chunk, { stream: true })));
    body.on('end', () => {
      parser.end(decoder.decode());
      resolve(links);
    });
    body.on('error', reject);
  });
}

async function runLane() {
  while (next < urls.length) {
    const url = urls[next++];
    const { body } = await request(url);
    let rows = '';
    for (const link of await linksOf(url, body)) rows += `${url}\t${link}\n`;
    if (!output.write(rows)) await once(output, 'drain');
  }
}

output.setMaxListeners(CONCURRENCY);
await Promise.all(Array.from({ length: CONCURRENCY }, runLane));
output.end();
