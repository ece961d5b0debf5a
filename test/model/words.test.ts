import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { locateWords, normalizeText, wordsOf } from '../../src/model/search/tokenizer.ts'

describe('Words', () => {
  it.each([
    ['case and accents do not count', 'ÉCOLE, école e\u0301cole', 'ecole ecole ecole'],
    ['letters that Unicode leaves whole are taken apart', 'Łódź Straße Ærø ſ ﬁn', 'lodz strasse aero s fin'],
    ['Greek and Turkish lower case', 'ΟΔΟΣ οδος İstanbul ıI', 'οδοσ οδοσ istanbul ii'],
    ['Cyrillic', 'Ёлка й', 'елка и'],
    ['vowel points of Arabic and Hebrew, and the stretching stroke', 'مَدْرَسَة كتـاب שָׁלוֹם', 'مدرسة كتاب שלום'],
    ['hamza and Persian letters', 'أحمد ‏کتابی', 'احمد كتابي'],
    ['the half space of Persian is a space', 'می‌خواهم', 'مي خواهم'],
    ['vowels of Indic scripts are no accents', 'नदी हिन्दी வணக்கம்', 'नदी हिन्दी வணக்கம்'],
    ['Chinese and Japanese by character', '长江是最長の川', '长 江 是 最 長 の 川'],
    ['kana keep their voice marks, of any width', 'が か ｶﾞ', 'が か ガ'],
    ['Korean by syllable, also from parts', '한강도'.normalize('NFD'), '한 강 도'],
    ['Thai by character with its marks', 'แม่', 'แ ม่'],
    ['scripts mixed without a space', 'GPT模型4', 'gpt 模 型 4'],
    ['emoji without skin, joiner or variant', '👍🏽🌊🌊 👩‍👩‍👧 ☀️', '👍 🌊 🌊 👩 👩 👧 ☀'],
    ['flags by letter', '🇫🇷', '🇫 🇷'],
    ['wide and circled forms', 'ＡＢＣ ①', 'abc 1'],
    ['signs that are read, but no lines of tables', '€5 a→b ├── x', '€ 5 a → b x'],
    ['what is inside a word', 'max_tokens don’t 3.14', 'max tokens don t 3 14'],
    ['unseen characters', 'foo\u00adbar a\u200db \u202eabc', 'foobar ab abc'],
    ['neither NUL nor half a character', 'a\u0000b \ud800c', 'a b c'],
    [
      'no data: URI, and no blob',
      `see data:image/png;base64,AAAA+/= and ${'Qk0'.repeat(400)}, end`,
      'see and end',
    ],
  ])('%s', (_, text, words) => {
    expect(wordsOf(text).join(' ')).toBe(words)
    expect([...locateWords(text)].map(({ word }) => word).join(' ')).toBe(words)
  })

  it('are found in the text that a part was taken from', () => {
    const text = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...pieces)))
    fc.assert(
      fc.property(text, fc.nat(), (parts, n) => {
        const whole = ` ${wordsOf(parts.join(' ')).join(' ')} `
        const part = wordsOf(parts[n % Math.max(1, parts.length)] ?? '')
        expect(whole).toContain(part.length === 0 ? ' ' : ` ${part.join(' ')} `)
      }),
    )
  })

  it('do not change when they are normalized again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(wordsOf(wordsOf(text).join(' '))).toEqual(wordsOf(text))
      }),
    )
  })

  it('contain no ASCII but letters and digits, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const word of wordsOf(text)) expect(word).toMatch(/^[0-9a-z\u0080-\uffff]+$/)
      }),
    )
  })

  it('are located at their places in the text', () => {
    const text = 'Die ÉCOLE liegt am 長江, oﬃziell'
    const found = [...locateWords(text)].map(({ word, start, end }) => [word, text.slice(start, end)])
    expect(found).toContainEqual(['ecole', 'ÉCOLE'])
    expect(found).toContainEqual(['江', '江'])
    expect(found).toContainEqual(['offiziell', 'oﬃziell'])
  })

  it.each([
    ['one letter', 'a'.repeat(3e6) + 'é'],
    ['words just short of a blob', ('a'.repeat(998) + ' ').repeat(3000) + 'é'],
    ['broken data: URIs', 'data:a/b;'.repeat(2e5) + 'é'],
    ['marks', 'ا' + '\u064b'.repeat(2e5)],
  ])('take linear time: %s', (_, text) => {
    const began = performance.now()
    normalizeText(text)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

const pieces = ['长江', 'ナイル川', 'แม่น้ำ', 'नदी', '한강', 'e\u0301', '🌊', 'don’t', 'ß', 'ﷺ', 'می‌خواهم']
