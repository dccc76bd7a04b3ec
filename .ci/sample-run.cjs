'use strict'
// A run of three points, for the commands that fill the code cache.
const { mkdirSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const voltages = ['min', 'max', 'nom']
const number = (value) => value.toExponential(8)
const values = voltages.map((_, index) => [
  number(3.5e-11 + index * 1e-12),
  number(2.5e-3),
  number(-40),
  number(1),
])
const names = ['delay', 'power', 'temper', 'alter#']

/** Writes a domain folder: config.cfg, the live tree, a backup, limits. */
exports.writeSampleRun = (folder) => {
  const write = (path, lines) => {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), `${lines.join('\n')}\n`)
  }
  write('config.cfg', ['mode:prelay', '1st_supply_swp:vcc', '2nd_supply_swp:NA', 'gs/gf_corner:No'])
  write('limits.csv', ['measurement,min,max,unit', 'delay,,40,ps', 'power,1,,mW'])
  voltages.forEach((voltage, index) => {
    const row = values[index].join('\t')
    write(`00bkp_202601151030/report/report_TT_typical_m40_v1${voltage}.txt`, [names.join('\t'), row])
    write(`TT/typical/typical_m40/v1${voltage}/sim_tx.mt0`, [
      "$DATA1 SOURCE='PrimeSim HSPICE' VERSION='W-2024.09 linux64' PARAM_COUNT=0",
      ".TITLE '* sample'",
      ` ${names.join('  ')}`,
      ` ${values[index].join('  ')}`,
    ])
  })
  write('00bkp_202601151030/report/creport.txt', [
    ...['supply condition', 'v1: vcc', 'v2: NA', 'v3: NA', 'vcc: 0.7,0.75,0.8', ''],
    ['process', 'extract', 'temp', 'v1', ...names].join('\t'),
    ...voltages.map((voltage, index) => ['TT', 'typical', -40, voltage, ...values[index]].join('\t')),
  ])
}
