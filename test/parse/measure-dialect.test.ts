import { expect, it } from 'vitest'
import { parseMeasureFile, recogniseMeasureFile } from '../../src/parse/measure-file.ts'

const data1 = "$DATA1 SOURCE='PrimeSim HSPICE' VERSION='W-2024.09 linux64' PARAM_COUNT=0\n"
const title = ".TITLE '* deck'\n"

it.each([
  ['hspice-default', `${data1}${title} tplh temper alter#\n 1 25 1\n`],
  ['hspice-default', `${data1.replaceAll('\n', '\r\n')}${title} tplh temper alter#\r\n`],
  ['hspice-default', `${data1}$OPTION MEASFORM=0\n${title} tplh temper alter#\n`],
  ['hspice-default', `${data1}${title}`],
  ['hspice-default', 'ioh vwkp temper alter#\n-1e-4 0.9 25 1\n'],
  ['hspice-default', `${title} ioh\n vwkp temper\n alter#\n -1e-4 0.9 25 1\n`],
  ['hspice-default-headerless', ' 1  8.762e-10  failed\n  25.0000  1\n'],
  ['hspice-measform1', `${data1}$OPTION MEASFORM=1\n${title}vth temper alter#\n 1 27.0 1\n`],
  [
    'hspice-measform3-csv',
    `${data1}$OPTION MEASFORM=3\n$index=1 is a nominal sample\n${title}index,a,alter#\n`,
  ],
  ['hspice-measform3-csv', '$DATA1\n.TITLE x\nindex,delay,temper,alter#\n1, 2,  25,1\n'],
  ['hspice-measform3-csv', 'index,delay,temper,alter#\n1, 2,  25,1\n'],
  ['spectre-mt-horizontal', "$ Simulator: spectre (ver. 19.1)\n.title 'x'\ntphl temper alter# \n1 25 1 \n"],
  ['name-value', "$ Simulator: spectre (ver. 19.1)\n.title 'x'\ntphl = 1e-12\n"],
  ['name-value', `${data1}$OPTION MEASFORM=2\n${title}tphl = 1e-12\n`],
  ['name-value', 'index = 1\ntphl = failed\n'],
  ['spectre-mt-horizontal', "$ Simulator: aps (ver. 13.1)\n.title 'x'\ntphl temper\nalter#\n1 25\n1\n"],
  ['name-value', '* Date: today\n*\ntphl = 1e-12\n'],
  ['xyce', '* a comment\nTPHL = 1e-12\n'],
  ['spectre-measure-log', 'Date : today\nDesign : x\n\nMeasurement Name   :  meas1\ntd  =  1e-12\n'],
  ['spectre-measure-log', 'Exported variables from results directory:  ./x.raw/\n\ndate : today\n'],
  ['spectre-measure-log', 'Exported variables from PSF results directory: x.raw\n\ndate : today\n'],
  ['xyce', 'TPRCH = -nan\nPAVG = 1\n'],
  ['xyce', 'TPRCH = inf\n'],
  ['name-value', 'tphl = -nan(ind)\nalter# = 1\n'],
  ['name-value', 'TPHL = 1e-12\ntemper = 25\nalter# = 1\n'],
  ['xyce', 'TPRCH = 4.685578e-11\nPAVG = FAILED\n'],
  ['xyce', 'FOURVP:  No. Harmonics: 10, THD: 37.7894, Gridsize: 200\n'],
  ['xyce', 'FOURFAIL: FAILED\n'],
  ['qspice-meas', '.meas tran vin_rms rms v(in):\n       0.707405\n'],
  ['tspice-measure', 'Measurement Results\r\n   charge = -599.3135f\r\n'],
] as const)('%s is recognised in %j', (dialect, text) => {
  expect(recogniseMeasureFile(text)).toBe(dialect)
})

it.each([
  ['', 'the file is empty'],
  [' \n\t\n', 'the file is empty'],
  [
    'version https://git-lfs.github.com/spec/v1\noid sha256:9d\nsize 6\n',
    'a Git LFS pointer: run git lfs pull',
  ],
  ['* inverter\n.include models.sp\nm1 out in 0 0 nmos\n.end\n', 'a netlist'],
  ['inverter deck\n.tran 1p 1n\n.meas tran alter# find v(1) at 1\n.end\n', 'a netlist'],
  ['.title inverter\nr1 a b 1k\n.tran 1p 1n\n', 'a netlist'],
  ['supply condition\nv1: vcc\n', 'a creport.txt'],
  ['process\textract\ttemp\tv1\n', 'a creport.txt'],
  ['<!DOCTYPE html>\n<html>\n', 'an HTML or XML page'],
  ['{"names": []}\n', 'JSON'],
  [' ****** HSPICE -- L-2016.06 linux64 ******\n tpd= 1.2e-10\n', 'a listing of HSPICE'],
  [
    '\nNote: No compatibility mode selected!\n\nCircuit: * inv\n\nDoing analysis at TEMP = 27\n',
    'an ngspice log',
  ],
  ['  Measurements for Transient Analysis\n\ntd = 1e-9\n', 'an ngspice log'],
  ['Circuit: * x.asc\n\n.OP point found by inspection.\n\nt1: v(out)=0.6 at 0.001\n', 'an LTspice log'],
  ['d41d8cd98f00b204e9800998ecf8427e  sim_tx.sp\n', 'a list of MD5 sums'],
  ['LTspice 24.1.9 for Windows\n', 'an LTspice log'],
  [
    '"$DATA1 SOURCE=\'HSPICE\'",\n"tplh","alter#"\n1,1\n',
    'a spreadsheet has quoted it: save it without quotes',
  ],
  ...[`${data1}${title}`, '', '$OPTION MEASFORM=3;;\n'].map((head) => [
    `${head}tplh;temper;alter#;\n1,5;25;1;\n`,
    'a spreadsheet has saved it with semicolons: save it with commas and decimal points',
  ]),
  ['timeout = infinite\n', "it begins 'timeout = infinite'"],
  ['Lorem ipsum dolor\n', "it begins 'Lorem ipsum dolor'"],
])('%j is refused', (text, refused) => {
  expect(recogniseMeasureFile(text)).toEqual({ refused })
  expect(parseMeasureFile(text)).toMatchObject({
    dialect: null,
    rows: [],
    problems: [{ line: null, level: 'error', message: `not a measure file: ${refused}` }],
  })
})

it.each([
  ['\u0001\u0002\u0003abc\n', 'not text: binary data'],
  ['PNG\0\0\n', 'not text: NUL at byte 4'],
  ['C\0i\0r\0', 'not text: NUL at byte 2, as in UTF-16: convert it to UTF-8'],
])('%j is no text', (text, message) => {
  expect(recogniseMeasureFile(text)).toEqual({ refused: 'binary data' })
  expect(parseMeasureFile(text)).toMatchObject({
    dialect: null,
    rows: [],
    problems: [{ line: null, level: 'error', message }],
  })
})

it('values without names are not guessed at', () => {
  const { rows, problems } = parseMeasureFile(' 1  8.762e-10\n  25.0000  1\n')
  expect(rows).toEqual([])
  expect(problems).toEqual([expect.objectContaining({ level: 'error' })])
})
