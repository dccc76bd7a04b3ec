import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { newestBackup } from '../../src/import/folder.ts'
import { folder, write } from './found-files.ts'

test('the newest backup is that of the latest time stamp, whatever lies beside it', () => {
  expect(newestBackup(folder)).toBeNull()
  expect(newestBackup(join(folder, 'nowhere'))).toBeNull()
  write('00bkp_202612312359/report/x', '00bkp_202701010000/report/x', '00bkp_202699999999/x')
  write('00bkp_999912312359', '00bkp_2028/x', 'zzbkp_209901010000/x', '00bkp_202801010000_old/x')
  symlinkSync('00bkp_202612312359', join(folder, '00bkp_203001010000'))
  expect(newestBackup(folder)).toBe(join(folder, '00bkp_202701010000'))
})
