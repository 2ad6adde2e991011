// Prints every link of the pages that are given: node samples/read-links.mjs URL..
import { readLinks } from 'sluice';

const options = {
  fetch: { perHost: 2, timeout: '10s', allowPrivate: true },
  links: { select: 'anchors' },
};

// One result a URL, as they complete. While the loop is busy, no more pages are fetched; when it is left, all requests end.
for await (const line of readLinks(process.argv.slice(2), options)) {
  if (line.outcome === 'failed') console.error(`${line.sourceUrl}: ${line.error.code}`);
  for (const link of line.links) console.log(`${line.sourceUrl} -> ${link.url}`);
}
