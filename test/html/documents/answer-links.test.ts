import assert from 'node:assert/strict';
import { it } from 'node:test';
import { type LinkOptions, linkExtraction } from '../../../src/html/link-extractor.ts';
import type { PageHead } from '../../../src/html/page-head.ts';

const head: PageHead = {
  finalUrl: 'http://site.test/dir/page',
  contentType: null,
  redirects: [
    { url: 'http://site.test/', status: 301, location: 'http://site.test/a' },
    { url: 'http://site.test/a', status: 302, location: 'http://site.test/dir/page' },
  ],
  linkFields: ['<next>; rel="next"; title=T, </b?\xc3\xa4>', '<//[>, <mailto:x@y.test>, <1>'],
};

function find(options: LinkOptions, body = '<meta charset=windows-1252><base href=/base/><a href=1>') {
  const reader = linkExtraction(options).open(head);
  reader.write(Buffer.from(body));
  return reader.end();
}

const field = { element: 'header', attribute: 'link' };
const body = { url: 'http://site.test/base/1', element: 'a', attribute: 'href' };

it('the head of an answer is not looked at unless that is asked for', () => {
  assert.deepEqual(find({}), [body]);
});

it('Link fields come first, relative to the page and not to its base', () => {
  assert.deepEqual(find({ linkHeader: true }), [
    { url: 'http://site.test/dir/next', ...field },
    { url: 'http://site.test/b?%C3%A4', ...field },
    { url: 'http://site.test/dir/1', ...field },
    body,
  ]);
});

it('redirects come before them, each hop once', () => {
  const location = { element: 'header', attribute: 'location' };
  assert.deepEqual(find({ redirects: true }), [
    { url: 'http://site.test/a', ...location },
    { url: 'http://site.test/dir/page', ...location },
    body,
  ]);
});

it('a link of the head that the body repeats is given once', () => {
  assert.deepEqual(
    find({ linkHeader: true }, '<a href=next>').map(({ element }) => element),
    ['header', 'header', 'header'],
  );
});

it("a field's parameters are its details", () => {
  const [next] = find({ linkHeader: true, columns: ['rel', 'title'] });
  const none = { hreflang: null, type: null, media: null, text: null };
  assert.deepEqual(next?.details, { ...none, rel: 'next', title: 'T' });
});

it('a frameset does not drop the links of the head', () => {
  const links = find(
    { linkHeader: true, select: 'all' },
    '<link href=0><div><a href=1></a></div><frameset><frame src=2>',
  );
  assert.deepEqual(
    links.map(({ url }) => url.slice(-1)),
    ['t', '4', '1', '0', '2'],
  );
});
