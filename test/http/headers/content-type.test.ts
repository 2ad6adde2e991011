import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentTypeOf, isGzipFile, pageTypeOf } from '../../../src/http/headers/content-type.ts';

test('HTML is told by the essence of the type, or by there being none', () => {
  for (const type of [
    null,
    '',
    ' ; q',
    'html',
    'UTF-8',
    '*/*',
    'unknown/unknown; q',
    'text/html',
    'Text/HTML ; charset=x',
    'application/xhtml+xml;x="a;b"',
  ]) {
    assert.equal(pageTypeOf(type), 'html', String(type));
  }
  for (const type of ['text/htmlx', 'x/y; text/html', 'image/png', 'application/json', 'text/css']) {
    assert.equal(pageTypeOf(type), undefined, type);
  }
});

test('XML is told by its types and by the suffix of others; a gzip file counts as it', () => {
  for (const type of [
    'text/xml',
    'application/XML;charset=x',
    'application/rss+xml',
    'image/svg+xml',
    'application/gzip',
  ]) {
    assert.equal(pageTypeOf(type), 'xml', type);
  }
  assert.deepEqual(['application/x-gzip; x', 'text/xml', null].map(isGzipFile), [true, false, false]);
});

test('text is told by the types of it that people keep URLs in', () => {
  for (const type of ['text/plain', 'TEXT/CSV; header=present', 'text/markdown', 'text/uri-list']) {
    assert.equal(pageTypeOf(type), 'text', type);
  }
});

test('the type of an answer is the last that it names, null where it names none', () => {
  assert.equal(contentTypeOf({ 'content-type': 'text/html' }), 'text/html');
  assert.equal(contentTypeOf({ 'content-type': ['text/plain', 'text/html'] }), 'text/html');
  assert.equal(contentTypeOf({}), null);
});

test('several types in one field are read as those of several fields', () => {
  for (const [field, expected] of [
    ['text/html, text/html', 'text/html'],
    ['text/plain, text/html; charset=gbk', 'text/html; charset=gbk'],
    ['text/html; charset=gbk, text/html', 'text/html; charset=gbk'],
    ['text/html; charset=gbk, text/plain', 'text/plain'],
    ['text/html,*/*, nonsense,', 'text/html'],
    ['text/html; x="a, b/c"', 'text/html; x="a, b/c"'],
    ['a, b', 'a, b'],
  ] as const) {
    assert.equal(contentTypeOf({ 'content-type': field }), expected);
  }
  assert.equal(contentTypeOf({ 'content-type': ['text/html;charset=gbk', 'text/html'] }), 'text/html;charset=gbk');
});
