import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Redirect } from '../../src/core/record.ts';
import { isRedirect, redirectTarget, withoutCredentials } from '../../src/http/redirects.ts';

function target(
  location: string | string[] | undefined,
  url = 'https://a.test/b/c?d#e',
  chain: Redirect[] = [],
): string {
  return redirectTarget(new URL(url), { status: 302, headers: { location } }, chain, {
    maxRedirects: 3,
    mayLeadBack: false,
  }).href;
}

test('five statuses are followed', () => {
  const followed = Array.from({ length: 100 }, (_, index) => 300 + index).filter(isRedirect);
  assert.deepEqual(followed, [301, 302, 303, 307, 308]);
});

describe('a location', () => {
  test('is resolved against the URL that sent it, with its fragment where it has none', () => {
    assert.equal(target('x'), 'https://a.test/b/x#e');
    assert.equal(target('//h.test/'), 'https://h.test/#e');
    assert.equal(target('?q#own'), 'https://a.test/b/c?q#own');
    assert.equal(target(['/first', '/second']), 'https://a.test/first#e');
  });

  test('in UTF-8 is read as that, in other bytes as Latin-1', () => {
    assert.equal(target(Buffer.from('/ü').toString('latin1')), 'https://a.test/%C3%BC#e');
    assert.equal(target('/\xfc'), 'https://a.test/%C3%BC#e');
  });

  test('that is missing, or no URL, is a bad redirect', () => {
    assert.throws(() => target(undefined), { code: 'bad-redirect' });
    assert.throws(() => target('http://'), { code: 'bad-redirect' });
    assert.throws(() => target('http://a b/'), { code: 'bad-redirect' });
  });

  test('of another scheme is unsupported', () => {
    for (const location of ['ftp://a.test/', 'mailto:a@b', 'data:,x', 'about:blank', 'ws://a.test/']) {
      assert.throws(() => target(location), { code: 'unsupported-scheme' }, location);
    }
  });
});

describe('a loop', () => {
  const chain = [{ url: 'https://a.test/#x', status: 301, location: 'https://a.test/b/c?d#e' }];

  test('is told whatever the fragment', () => {
    assert.throws(() => target('c?d#f'), { code: 'redirect-loop' });
    assert.throws(() => target('/', undefined, chain), { code: 'redirect-loop' });
    assert.equal(target('/?', undefined, chain), 'https://a.test/?#e');
  });

  test('that sets a cookie says that it may wait for it', () => {
    const head = { status: 302, headers: { location: '/', 'set-cookie': 'seen=1' } };
    assert.throws(
      () => redirectTarget(new URL('https://a.test/'), head, [], { maxRedirects: 3, mayLeadBack: false }),
      /cookie/,
    );
  });
});

test('one redirect more than allowed is too many', () => {
  const chain = Array.from({ length: 3 }, (_, index) => ({
    url: `https://a.test/${index}`,
    status: 302,
    location: '',
  }));
  assert.equal(target('/x', undefined, chain.slice(1)), 'https://a.test/x#e');
  assert.throws(() => target('/x', undefined, chain), { code: 'too-many-redirects' });
});

test('credentials are not shown, and a URL without them is as it was', () => {
  assert.equal(withoutCredentials(new URL('http://me:secret@a.test/b')), 'http://a.test/b');
  assert.equal(withoutCredentials(new URL('http://me@a.test/b')), 'http://a.test/b');
  assert.equal(withoutCredentials(new URL('http://a.test/b#c')), 'http://a.test/b#c');
  assert.throws(
    () => target('ftp://x/', 'http://me:secret@a.test/b'),
    (error: Error) => !error.message.includes('secret'),
  );
});
