import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { maskCredentials, maskLineCredentials } from '../../../src/core/urls/credentials.ts';

describe('in a message', () => {
  for (const [text, masked] of [
    ['https://user:secret@a.example/x: broke', 'https://********@a.example/x: broke'],
    ['https://token@a.example: broke', 'https://********@a.example: broke'],
    ['from http://u:p@a.example to //u:p@b.example', 'from http://********@a.example to //********@b.example'],
    ['ftp://u:p@w@a.example/', 'ftp://********@a.example/'],
    ['https:u:p@a.example', 'https:********@a.example'],
    ['https:/u:p@a.example and HTTP:///u:p@b.example', 'https:/********@a.example and HTTP:///********@b.example'],
    ['"https:\\\\u:p@a.example"', '"https:\\\\********@a.example"'],
  ] as const) {
    it(`what stands before the @ is masked: ${text}`, () => assert.equal(maskCredentials(text), masked));
  }

  for (const text of [
    'https://a.example/npm/vue@3/dist',
    'https://a.example/@user?to=joe@example.com#x@y',
    'mail to joe@example.com, 3:4',
    'https://@a.example',
    'no URL',
  ]) {
    it(`an @ elsewhere stays: ${text}`, () => assert.equal(maskCredentials(text), text));
  }

  it('of any length, the time grows with its length', () => {
    for (const text of ['//', 'http:', 'a.', 'http://a', '@', '//@']) {
      const hostile = `${text.repeat(100_000)}@`;
      const startedAt = performance.now();
      maskCredentials(hostile);
      maskLineCredentials(hostile);
      // Hours, if it grew with the square.
      assert.ok(performance.now() - startedAt < 2_000, text);
    }
  });
});

describe('in a line of the input', () => {
  for (const [line, masked] of [
    ['user:secret@a.example/x', '********@a.example/x'],
    ['token@a.example', '********@a.example'],
    ['//u:p@a.example', '//********@a.example'],
    ['https://u:my pass@a.example/', 'https://********@a.example/'],
    ['a.example/?to=https://u:p@b.example/', 'a.example/?to=https://********@b.example/'],
    ['a.example/npm/vue@3', 'a.example/npm/vue@3'],
    ['https://a.example/', 'https://a.example/'],
  ] as const) {
    it(`also without a scheme, and with white space: ${line}`, () => assert.equal(maskLineCredentials(line), masked));
  }
});
