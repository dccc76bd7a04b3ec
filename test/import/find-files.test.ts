import { symlinkSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findFiles } from '../../src/import/find-files.ts'
import { makeBackup, makeDomain } from '../fixtures/flow.ts'
import { makeLiveTree } from '../fixtures/live-tree.ts'
import { config, failureOf, folder, measures, tt, write } from './found-files.ts'

describe('a backup folder', () => {
  test('has its creport, its reports in the order of their names, and no measure files', () => {
    const domain = makeDomain(folder, { config })
    expect(findFiles(domain.backupPath)).toEqual({
      ...{
        kind: 'backup',
        path: domain.backupPath,
        creport: domain.creportPath,
        measures: [],
        problems: [],
        leftAlone: [],
      },
      reports: [...domain.reportPaths.values()].sort(),
    })
  })

  test('may keep a corner tree with measure files, anywhere below', () => {
    const place = (corner: string): string => `${corner}/typical/typical_m40/v1min/sim_tx.mt0`
    write('00bkp_202601151030/report/creport.txt', `00bkp_202601151030/${place('TT')}`)
    write(`00bkp_202601151030/kept/${place('SSG')}`, `00bkp_202601151030/00bkp_old/${place('FFG')}`)
    expect(measures(join(folder, '00bkp_202601151030'))).toEqual([
      [place('TT'), 'TT/typical/m40/v1min', null],
      [`00bkp_old/${place('FFG')}`, 'FFG/typical/m40/v1min', null],
      [`kept/${place('SSG')}`, 'SSG/typical/m40/v1min', null],
    ])
  })

  test('is no part of what it lies in: of another backup, or under another name of the live tree', () => {
    const place = (corner: string): string => `${corner}/typical/typical_m40/v1min/sim_tx.mt0`
    write(`00bkp_202601151030/${place('TT')}`, `00bkp_202601151030/old/00bkp_202501151030/${place('FFG')}`)
    write(place('SSG'), `00bkp_202601151030_old/${place('SFG')}`)
    expect(findFiles(join(folder, '00bkp_202601151030')).leftAlone).toEqual([
      join(folder, '00bkp_202601151030/old'),
      join(folder, '00bkp_202601151030/old/00bkp_202501151030'),
    ])
    expect(measures(join(folder, '00bkp_202601151030'))).toEqual([
      [place('TT'), 'TT/typical/m40/v1min', null],
    ])
    expect(findFiles(folder).leftAlone).toEqual([join(folder, '00bkp_202601151030_old')])
    expect(measures(folder)).toEqual([[place('SSG'), 'SSG/typical/m40/v1min', null]])
  })

  test('reports lie in its report folder only, and folders named like files are none', () => {
    write('00bkp_202601151030/report/report_TT_typical_85_v1nom.txt', '00bkp_202601151030/creport.txt')
    write('00bkp_202601151030/report/creport.txt/x', '00bkp_202601151030/report/report_x.txt/x')
    write('00bkp_202601151030/sim_tx.mt0/x', '00bkp_202601151030/report/myreport_x.txt')
    const path = join(folder, '00bkp_202601151030')
    expect(findFiles(path)).toMatchObject({
      ...{ creport: null, measures: [] },
      reports: [join(path, 'report/report_TT_typical_85_v1nom.txt')],
    })
  })

  test.each(['', 'tb_bkp/typical_85/v1nom/sim_tx.sp', 'compiled_waveform/x.tr0', 'report/notes.txt'])(
    'with nothing to import is bad input: %j',
    async (name) => {
      write(`00bkp_202601151030/${name === '' ? '.hidden' : name}`)
      const path = join(folder, '00bkp_202601151030')
      expect(await failureOf(path)).toMatchObject({
        ...{ code: 'bad_input', message: expect.stringContaining('no report/creport.txt') as string },
      })
    },
  )
})

describe('a domain folder', () => {
  test('its live tree: every measure file with its point and its netlist', () => {
    const tree = makeLiveTree(folder, { config, failedPoints: ['TT/typical/m40/v1max'] })
    const found = findFiles(folder)
    expect(found).toMatchObject({ kind: 'domain', path: folder, creport: null, reports: [] })
    const expected = [...tree.measurePaths].map(([name, [file]]) => [
      relative(folder, file!),
      name,
      relative(folder, file!.replace('.mt0', '.sp')),
    ])
    expect(measures().sort()).toEqual(expected.sort())
    expect(expected).toHaveLength(15)
  })

  test('during the stage ext: result/ below the point, the netlist above', () => {
    makeLiveTree(folder, { config, inResultFolder: true })
    expect(measures()).toHaveLength(16)
    for (const [file, point, netlist] of measures()) {
      expect(file).toContain(`${point!.split('/').at(-1)!}/result/sim_tx.mt0`)
      expect(netlist).toBe(file.replace('result/sim_tx.mt0', 'sim_tx.sp'))
    }
  })

  test('its backups are other runs, and are not read', () => {
    makeLiveTree(folder, { config })
    makeBackup(folder)
    write(`00bkp_202601151030/${tt}/sim_tx.mt0`)
    expect(findFiles(folder)).toMatchObject({ creport: null, reports: [] })
    expect(measures()).toHaveLength(16)
  })

  test('the reports of report/ come before those beside the corners', () => {
    write('creport.txt', 'report_TT_typical_85_v1nom.txt')
    expect(findFiles(folder)).toMatchObject({
      ...{ creport: join(folder, 'creport.txt'), reports: [join(folder, 'report_TT_typical_85_v1nom.txt')] },
    })
    write('report/creport.txt', 'report/report_SSG_typical_85_v1nom.txt')
    expect(findFiles(folder)).toMatchObject({
      creport: join(folder, 'report/creport.txt'),
      reports: [join(folder, 'report/report_SSG_typical_85_v1nom.txt')],
    })
  })

  test('without a live tree it is bad input, and the hint names its newest backup', async () => {
    expect(await failureOf(folder)).toMatchObject({
      code: 'bad_input',
      hint: 'name a domain folder or a backup',
    })
    makeDomain(folder, { config, stamp: '202601010000' })
    makeBackup(folder, { stamp: '202602010000' })
    expect(await failureOf(folder)).toMatchObject({
      hint: expect.stringMatching(/00bkp_202602010000.*--latest/) as string,
    })
  })
})

describe('measure files of one point', () => {
  test('are the shallowest first, and numbered ones as people count them', () => {
    const names = [...Array(12).keys()].map((alter) => `${tt}/sim_tx_a${alter}.mt0`)
    write(...names, `${tt}/result/sim_tx.mt0`, `kept/${tt}/sim_tx.mt0`)
    expect(measures().map(([file]) => file)).toEqual([
      ...names,
      `kept/${tt}/sim_tx.mt0`,
      `${tt}/result/sim_tx.mt0`,
    ])
  })

  test.each([
    ['tb_bkp/typical_85/v1max/sim_tx.mt0', 'TT/typical/85/v1max'],
    ['tb_bkp/SSG/cworst_CCworst_T_m40/v1max/sim_tx.mt0', 'SSG/cworst_CCworst_T/m40/v1max'],
    ['other/typical_85/v1max/sim_tx.mt0', null],
  ])('in %s is %j', (name, point) => {
    write(name)
    expect(measures().map(([, found]) => found)).toEqual([point])
  })
})

describe('a single file', () => {
  test.each([
    ['creport.txt', 'creport'],
    ['my creport of monday.txt', 'creport'],
    ['report_TT_typical_85_v1nom.txt', 'report'],
    ['report_.txt', 'report'],
    ['sim_tx.mt0', 'measure'],
    ['sim_tx.mt0.csv', 'measure'],
    ['whatever', 'measure'],
    ['config.cfg', 'measure'],
  ])('%s is read as a %s', (name, kind) => {
    write(name)
    const path = join(folder, name)
    const expected = { kind, path, creport: null, reports: [], measures: [], problems: [], leftAlone: [] }
    const file = { creport: { creport: path }, report: { reports: [path] } }[kind] ?? {
      measures: [{ path, point: null, netlist: null }],
    }
    expect(findFiles(path)).toEqual({ ...expected, ...file })
  })

  test('its absolute path tells its point, through a symbolic link, too', () => {
    write(`${tt}/sim_tx.mt0`, `${tt}/sim_tx.sp`)
    symlinkSync(join(folder, tt, 'sim_tx.mt0'), join(folder, 'link.mt0'))
    for (const path of [join(folder, tt, 'sim_tx.mt0'), join(folder, 'link.mt0')]) {
      const [found] = findFiles(path).measures
      expect(found).toMatchObject({ path: join(folder, tt, 'sim_tx.mt0'), point: { voltage_combo: 'v1min' } })
      expect(found!.netlist).toBe(join(folder, tt, 'sim_tx.sp'))
    }
  })
})
