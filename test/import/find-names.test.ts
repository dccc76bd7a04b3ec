import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pointName } from '../../src/domain/point.ts'
import { findFiles } from '../../src/import/find-files.ts'
import { pointOfPath } from '../../src/import/point-of-path.ts'
import { isMeasureFileName } from '../../src/parse/measure-file-name.ts'
import { makeDomain } from '../fixtures/flow.ts'
import { config, failureOf, folder, measures, tt, write } from './found-files.ts'

describe('what cannot be found', () => {
  test('a path that is not there, one below a file, a loop of links', async () => {
    write('file')
    symlinkSync('b', join(folder, 'a'))
    symlinkSync('a', join(folder, 'b'))
    expect(await failureOf(join(folder, 'nothing'))).toMatchObject({ code: 'file_not_found' })
    expect(await failureOf(join(folder, 'file/below'))).toMatchObject({ code: 'file_not_found' })
    expect(await failureOf(join(folder, 'a'))).toMatchObject({ code: 'file_error' })
  })

  test.skipIf(process.getuid?.() !== 0)('a folder without permission is named', async () => {
    write('creport.txt')
    chmodSync(folder, 0o700)
    process.seteuid!(65534)
    const error = await failureOf(folder).finally(() => {
      process.seteuid!(0)
    })
    expect(error).toMatchObject({ code: 'file_error', message: `no permission to read ${folder}` })
  })

  test.skipIf(process.getuid?.() !== 0)(
    'a folder of reports without permission is a problem, and keeps nothing else out',
    async () => {
      const report = join(folder, 'report')
      write('report/creport.txt', `${tt}/sim_tx.mt0`)
      chmodSync(report, 0o700)
      process.seteuid!(65534)
      const found = findFiles(folder)
      process.seteuid!(0)
      const message = `no permission to read ${report}`
      expect(found).toMatchObject({ creport: null, problems: [{ file: report, level: 'error', message }] })
      expect(found.measures).toHaveLength(1)

      chmodSync(join(folder, 'TT'), 0o700)
      process.seteuid!(65534)
      const error = await failureOf(folder).finally(() => {
        process.seteuid!(0)
      })
      expect(error).toMatchObject({ code: 'file_error' })
      expect(error.message).toMatch(/^no permission to read/)
    },
  )
})

test('symbolic links below a folder are not followed', () => {
  write(`${tt}/sim_tx.mt0`, 'other/SSG/typical/typical_m40/v1min/sim_tx.mt0', 'other/creport.txt')
  const domain = join(folder, 'domain')
  mkdirSync(domain)
  symlinkSync(join(folder, 'other', 'SSG'), join(domain, 'SSG'))
  symlinkSync(domain, join(domain, 'loop'))
  symlinkSync(join(folder, tt, 'sim_tx.mt0'), join(domain, 'sim_tx.mt0'))
  symlinkSync(join(folder, 'other/creport.txt'), join(domain, 'creport.txt'))
  symlinkSync('nowhere', join(domain, 'report_TT_typical_85_v1nom.txt'))
  mkdirSync(join(domain, 'kept'))
  writeFileSync(join(domain, 'kept/sim_tx.mt0'), 'x')
  symlinkSync(join(folder, tt, 'sim_tx.mt0'), join(domain, 'kept/sim_tx.sp'))
  expect(findFiles(domain)).toMatchObject({ creport: null, reports: [] })
  expect(measures(domain)).toEqual([['kept/sim_tx.mt0', null, null]])
  expect(findFiles(domain).leftAlone.sort()).toEqual(
    ['SSG', 'creport.txt', 'loop', 'report_TT_typical_85_v1nom.txt', 'sim_tx.mt0'].map((name) =>
      join(domain, name),
    ),
  )
})

test('a folder of reports that is a link, and a report that is one, are named and left alone', () => {
  const { backupPath } = makeDomain(folder, { config })
  const report = join(backupPath, 'report/report_TT_typical_m40_v1max.txt')
  renameSync(report, join(folder, 'moved.txt'))
  symlinkSync(join(folder, 'moved.txt'), report)
  expect(findFiles(backupPath).leftAlone).toEqual([report])
  expect(findFiles(backupPath).reports).not.toContain(report)

  renameSync(join(backupPath, 'report'), join(folder, 'elsewhere'))
  symlinkSync(join(folder, 'elsewhere'), join(backupPath, 'report'))
  write(`00bkp_202601151030/${tt}/sim_tx.mt0`)
  expect(findFiles(backupPath)).toMatchObject({
    ...{ creport: null, reports: [], leftAlone: [join(backupPath, 'report')] },
  })
})

test('older backups that somebody keeps further down are other runs, too: named and left alone', () => {
  write(`${tt}/sim_tx.mt0`, `old/00bkp_202501151030/SSG/typical/typical_m40/v1min/sim_tx.mt0`)
  expect(measures().map(([file]) => file)).toEqual([`${tt}/sim_tx.mt0`])
  expect(findFiles(folder).leftAlone).toEqual([join(folder, 'old/00bkp_202501151030')])
})

test('a strange folder of a backup is named and left alone; folders with measure files are not strange', () => {
  const { backupPath } = makeDomain(folder, { config })
  for (const name of ['notes/deep', 'compiled_waveform', 'tb_bkp/typical_85/v1nom', 'extra/TT'])
    mkdirSync(join(backupPath, name), { recursive: true })
  write(`00bkp_202601151030/measured/TT_typical_m40_v1min.mt0`, '00bkp_202601151030/notes/deep/todo.txt')
  expect(findFiles(backupPath).leftAlone).toEqual(['extra', 'notes'].map((name) => join(backupPath, name)))
})

test('a path that is a link is read under its real name', () => {
  const { backupPath } = makeDomain(folder, { config })
  symlinkSync(backupPath, join(folder, 'latest'))
  expect(findFiles(join(folder, 'latest'))).toMatchObject({ kind: 'backup', path: backupPath })
})

test('the walk ends in the twelfth folder', () => {
  const deep = (levels: number): string => [...Array<string>(levels).fill('d'), 'sim_tx.mt0'].join('/')
  write(deep(0), deep(11), deep(12), deep(13))
  expect(measures().map(([file]) => file)).toEqual([deep(0), deep(11), deep(12)])
})

test.each(['a b', 'ünï 测试 😀', 'new\nline', 'it\'s "quoted" $HOME `x`', '-rf', '%s%n', '\\', '\u0001'])(
  'the name %j is one as any other',
  (name) => {
    write(`${name}/${name}/${name}_m40/v1min/${name}.mt0`, `${name}/${name}/${name}_m40/v1min/${name}.sp`)
    const place = `${name}/${name}/${name}_m40/v1min/${name}`
    expect(measures()).toEqual([[`${place}.mt0`, `${name}/${name}/m40/v1min`, `${place}.sp`]])
  },
)

test.each([
  ['TT/typical/typical_m40/v1min/sim_tx.mt0', 'TT/typical/m40/v1min'],
  ['/proj/gpio/TT/typical/typical_125/v1max_v2min/sim_tx.mt0', 'TT/typical/125/v1max_v2min'],
  ['TT/typical/typical_m40/v1min/result/sim_tx.mt0', 'TT/typical/m40/v1min'],
  ['FFG_SSG/cworst_CCworst_T/cworst_CCworst_T_m12.5/v1nom/x', 'FFG_SSG/cworst_CCworst_T/m12.5/v1nom'],
  ['TT/typical/typical_-40/v1min/sim_tx.mt0', 'TT/typical/m40/v1min'],
  ['TT/typical/typical_m40/sim_tx.mt0', null],
  ['typical/typical_m40/v1min/sim_tx.mt0', null],
  ['TT/typical/typical_hot/v1min/sim_tx.mt0', null],
  ['TT/typical/typical/v1min/sim_tx.mt0', null],
  ['TT/typical/other_m40/v1min/sim_tx.mt0', null],
  ['TT/typical/typical_m40/v2min/sim_tx.mt0', null],
  ['TT/typical/typical_m40/v1/sim_tx.mt0', null],
  ['TT/typical/typical_m40/v1min/result/result/sim_tx.mt0', null],
  ['sim_tx.mt0', null],
  ['all/sim_tx_TT_typical_m40_v1min.mt0', 'TT/typical/m40/v1min'],
  ['all/TT_typical_m40_v1min_v2max.mt0', 'TT/typical/m40/v1min_v2max'],
  ['all/TT_typical_125_v1nom#1.mt0', 'TT/typical/125/v1nom'],
  ['all/sim_tx_FFG_SSG_cworst_CCworst_T_m12.5_v1max_a2.mt0', 'FFG_SSG/cworst_CCworst_T/m12.5/v1max'],
  ['all/XYZ_typical_m40_v1min.mt00', 'XYZ/typical/m40/v1min'],
  ['all/sim_tx_XYZ_typical_m40_v1min.mt0', null],
  ['all/TT_other_m40_v1min.mt0', null],
  ['SSG/typical/typical_m40/v1min/TT_typical_125_v1max.mt0', 'SSG/typical/m40/v1min'],
])('the folders or the name of %s tell the point %s', (path, name) => {
  const point = pointOfPath(path)
  expect(point && pointName(point)).toBe(name)
})

test('a measure file is known by its name', () => {
  const known = [
    '.mt0',
    '.ms0',
    '.ma0',
    '.md0',
    '.mt00',
    '.mt12',
    '.mt0.csv',
    '_mt0.csv',
    '.mt0@ra',
    '.mt0@ra.csv',
  ]
  const others = ['.mt', '.mx0', '.mt0.bak', '.mt0~', '_mt0', '.tr0', '.mt0.gz', '.csv', '.lis', '.mt0@']
  for (const ending of known) expect([ending, isMeasureFileName(`sim_tx${ending}`)]).toEqual([ending, true])
  for (const ending of others) expect([ending, isMeasureFileName(`sim_tx${ending}`)]).toEqual([ending, false])
})

test.each(['.mt0', '.mt00', '.mt7', '.ms0', '.mt0.csv', '_mt0.csv', '.mt0@ra', '#1.mt0', '_a12.mt0'])(
  'the netlist of sim_tx%s is sim_tx.sp',
  (ending) => {
    write(`${tt}/sim_tx${ending}`, `${tt}/other.sp`)
    expect(measures()).toEqual([[`${tt}/sim_tx${ending}`, 'TT/typical/m40/v1min', null]])
    write(`${tt}/sim_tx.sp`)
    expect(measures()).toEqual([[`${tt}/sim_tx${ending}`, 'TT/typical/m40/v1min', `${tt}/sim_tx.sp`]])
  },
)
