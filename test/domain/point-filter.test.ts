import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { impliedPoints } from '../../src/domain/matrix.ts'
import { pointName } from '../../src/domain/point.ts'
import { nameMatcher, noFilter, pointMatcher, type ResultFilter } from '../../src/domain/point-filter.ts'
import { defaultConfiguration } from '../../src/domain/configuration.ts'

const points = impliedPoints({ ...defaultConfiguration(), mode: 'polo', supply_2nd: 'vccn' })
const asked = (filter: Partial<ResultFilter>): string[] =>
  points.filter(pointMatcher({ ...noFilter, ...filter })).map(pointName)

describe('a point filter', () => {
  it('takes every point when nothing is asked for', () => {
    expect(asked({})).toEqual(points.map(pointName))
  })

  it.each<[Partial<ResultFilter>, number]>([
    [{ point: ['SSG*/typical/*/v1min*'] }, 4],
    [{ point: ['SSG*'] }, 30],
    [{ point: ['*/85/*'] }, 1],
    [{ point: ['*v1nom_v2nom'] }, 7 * 2 + 4 * 2 * 2 + 2],
    [{ point: ['TT/typical/m40/v1min_v2min'] }, 1],
    [{ point: ['TT'] }, 0],
    [{ corner: ['TT'] }, 12],
    [{ corner: ['SS*'] }, 40],
    [{ corner: ['SS?'] }, 30],
    [{ corner: ['{TT,SSG}'] }, 42],
    [{ corner: ['[FS]SG'] }, 60],
    [{ corner: ['[!FS]*'] }, 12],
    [{ corner: ['[^FS]*'] }, 12],
    [{ point: ['[!T]*/85/*'] }, 0],
    [{ point: ['{TT,S{S,F}G}/typical/{m40,85}/*'] }, 16],
    [{ corner: ['TT', 'SSG'] }, 42],
    [{ corner: ['tt'] }, 0],
    [{ corner: ['!TT'] }, 0],
    [{ extraction: ['cworst*'] }, 40],
    [{ temperature: ['m40'] }, 75],
    [{ temperature: ['-40'] }, 75],
    [{ temperature: ['m40', '85'] }, 76],
    [{ voltage: ['v1min*'] }, 60],
    [{ corner: ['SSG'], temperature: ['125'], voltage: ['*nom*'], extraction: ['typical'] }, 1],
    [{ corner: ['SSG'], point: ['TT/*'] }, 0],
    [{ corner: ['**'] }, 152],
    [{ measure: ['del_rr'] }, 152],
  ])('%o finds %i of 152 points', (filter, count) => {
    expect(points).toHaveLength(152)
    expect(asked(filter)).toHaveLength(count)
  })

  it.each([
    ['wire[15]', 'wire[15]', true],
    ['wire[15]', 'wire[16]', false],
    ['wire[[]15]', 'wire[15]', true],
    ['wire*', 'wire[15]', true],
    ['v(out)', 'v(out)', true],
    ['del_*', 'del_rr', true],
    ['del_*', 'xdel_rr', false],
    ['.hidden*', '.hidden_x', true],
    ['*', '.hidden', true],
    ['!a', '!a', true],
    ['!a', 'b', false],
    ['a+b', 'a+b', true],
    ['(', '(', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['*', 'µ_Ω', true],
    ['v(out)*', 'v(out)_max', true],
    ['v(out)*', 'vout_max', false],
    ['*(out)', 'v(out)', true],
    ['"q"*', '"q"_max', true],
    ['"q"*', 'q_max', false],
    ['a|b*', 'a|bc', true],
    ['a|b*', 'a', false],
    ['v[!a-c]*', 'vd1', true],
    ['v[!a-c]*', 'vb1', false],
    ['v[]x]', 'v]', true],
    ['v[c-a]*', 'vb', false],
    ['v[1', 'v[1', true],
    ['{a,b', '{a,b', true],
    ['{a,b', 'a', false],
    ['{a}*', '{a}1', true],
    ['x{a{b,c}', 'x{ac', true],
    ['{a,}x', 'x', true],
    ['?', '\u{1f600}', true],
    ['a?b', 'a/b', false],
    ['a*', 'a\nb', true],
    ['a\\', 'a\\', true],
  ])('the pattern %s and the name %s: %s', (pattern, name, found) => {
    expect(nameMatcher([pattern])(name)).toBe(found)
  })

  it('says what the definition of a glob says, character by character', () => {
    // Written apart: what a glob, from its first character on, leaves of a name.
    const matches = (glob: string, name: string): boolean => {
      if (glob === '') return name === ''
      const alternatives = /^\{([^{}]*),([^{}]*)\}(.*)$/s.exec(glob)
      if (alternatives !== null) {
        const [, one, other, rest] = alternatives
        return matches(`${one!}${rest!}`, name) || matches(`${other!}${rest!}`, name)
      }
      if (glob[0] === '*')
        return matches(glob.slice(1), name) || (name !== '' && matches(glob, name.slice(1)))
      const set = /^\[(!?)(.)(.)\]/s.exec(glob)
      if (name === '') return false
      if (set !== null) {
        const [whole, negation, one, other] = set
        const isOne = name[0] === one || name[0] === other
        const isMeant = negation === '!' ? !isOne && name[0] !== '/' : isOne
        return isMeant && matches(glob.slice(whole.length), name.slice(1))
      }
      return (
        (glob[0] === '?' ? name[0] !== '/' : glob[0] === name[0]) && matches(glob.slice(1), name.slice(1))
      )
    }
    const characters = Array.from('ab/.(|)"+@!$^:_')
    const pieces = [...characters, '*', '?', '[ab]', '[!ab]', '[(/]', '{a,b}', '{ab,*(}', '{,a}']
    const globs = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((list) => list.join(''))
    const named = fc.string({ unit: fc.constantFrom(...characters), maxLength: 6 })
    fc.assert(
      fc.property(globs, named, (glob, name) => {
        fc.pre(glob !== name)
        expect(nameMatcher([glob])(name), `${glob} ${name}`).toBe(matches(glob, name))
      }),
      { numRuns: 2000 },
    )
  })

  it('comes to an end, whatever the glob', () => {
    expect(nameMatcher(['{'.repeat(5000) + ',' + '*'.repeat(5000)])('{'.repeat(500))).toBe(false)
    expect(nameMatcher(['*a'.repeat(30) + 'b'])('a'.repeat(300))).toBe(false)
    expect(nameMatcher(['*{a,aa}'.repeat(9) + 'b'])('a'.repeat(300))).toBe(false)
    expect(() => nameMatcher(['{a,b}'.repeat(14)])).toThrow('more than 1000 others')
  })

  it('finds every name by itself, whatever its characters', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (name) => {
        expect(nameMatcher([name])(name)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
