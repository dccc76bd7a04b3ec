import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkplace, type Workplace } from '../cli/run-pvt.ts'
import { type Domain, makeBackup, makeDomain } from '../fixtures/flow.ts'

/** Debian's Chromium, which .ci/run installs where it may. */
const executablePath = process.env.PVT_TEST_BROWSER ?? '/usr/bin/chromium'
const hasBrowser = existsSync(executablePath)
const skipped = hasBrowser ? '' : ` (skipped: there is no ${executablePath}; set PVT_TEST_BROWSER)`

let place: Workplace
let browser: Browser
let file: string
let domain: Domain
const failing = 'TT/typical/m40/v1min_v2min_v3min'
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe.skipIf(!hasBrowser)(`the report in a browser${skipped}`, () => {
  beforeAll(async () => {
    place = openWorkplace()
    domain = makeDomain(place.path('domain'), {
      config: {
        ...{ mode: 'polo', '2nd_supply_swp': 'vccn', '3rd_supply_swp': 'vccn_vcctx' },
        ...{ 'gs/gf_corner': 'Yes', postlay_cross_cornerlist: 'full' },
      },
      measurements: [
        ...['del_rr', 'del_ff', 'slew_rise', 'slew_fall', 'ioh_pad', 'voh_pad', 'rpull_up', 'power'],
        ...['current', 't_setup', 'wire[15]', '<img src=x onerror=alert(1)>'],
      ],
      failedPoints: ['SSG/typical/m40/v1min_v2min_v3min'],
      failedMeasurements: [{ point: failing, name: 'power', text: '"><script>alert(1)</script>' }],
    })
    const { backupPath } = makeBackup(domain.folder, {
      ...{ stamp: '202601010000', seed: 7, measurements: domain.measurements },
    })
    const limits = place.path('limits.csv')
    writeFileSync(
      limits,
      'measurement,min,max,unit,point\ndel_rr,,59,ps,\ndel_ff,10,50,ps,\nslew_fall,,70,ps,\nvoh_pad,0.6,1.9,V,TT/*\nioh_pad,-1,0,mA,\n',
    )
    await place.pvt(['results', 'import', backupPath, '--new'])
    const [base] = await place.json<{ job_id: string }[]>(['history'])
    const job = await place.create(['-d', domain.folder])
    await place.pvt(['results', 'import', domain.backupPath, '-j', job])
    file = place.path('report.html')
    const words = ['-j', job, '--limits', limits, '--compare', base!.job_id, '-o', file]
    const run = await place.pvt(['results', 'report', ...words])
    expect(run.code, run.stderr).toBe(0)
    const { chromium } = await import('playwright-core')
    browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox'] })
  }, 300_000)

  afterAll(async () => {
    await browser.close()
    place.remove()
  })

  /** The page, and what it did that it should not: errors, dialogs, anything that is not the file itself. */
  async function open(options: BrowserContextOptions = {}): Promise<{ page: Page; oddities: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 }, ...options })
    const page = await context.newPage()
    const oddities: string[] = []
    page.on('console', (message) => oddities.push(message.text()))
    page.on('pageerror', (error) => oddities.push(String(error)))
    page.on('dialog', (dialog) => {
      oddities.push(dialog.message())
      void dialog.dismiss()
    })
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href && !request.url().startsWith('data:'))
        oddities.push(request.url())
    })
    await page.goto(pathToFileURL(file).href)
    return { page, oddities }
  }

  /** The cells of a column of a section's last table, of the rows that are shown: their text, or what they sort by. */
  const columnOf = (
    page: Page,
    section: string,
    column: number,
    of = 'textContent.trim()',
  ): Promise<string[]> =>
    page.evaluate<string[]>(
      `[...[...document.querySelectorAll('#${section} table.list')].at(-1).querySelectorAll('tbody tr:not([hidden]) > :nth-child(${column})')].flatMap((cell) => cell.${of} ?? [])`,
    )

  test('488 points and 12 measurements are below 1 MB', () => {
    expect(domain.points).toHaveLength(488)
    expect(statSync(file).size).toBeLessThan(1_000_000)
  })

  test.each([
    ['light', 1400],
    ['dark', 1400],
    ['light', 400],
    ['dark', 400],
  ] as const)(
    '%s, %i pixels wide: axe finds nothing serious, nothing is loaded, the page does not scroll sideways',
    async (colorScheme, width) => {
      const { page, oddities } = await open({ colorScheme, viewport: { width, height: 900 } })
      await page.locator('details > summary').click()
      expect(
        await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
      ).toBe(0)
      await page.evaluate(axe)
      const violations = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
        'axe.run().then(({ violations }) => violations)',
      )
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([])
      expect(oddities).toEqual([])
      await page.context().close()
    },
  )

  test('a heading sorts its column by value, up and down, with the keyboard too; what has no value stands last', async () => {
    const { page, oddities } = await open()
    await page.locator('#values summary').click()
    const button = page.getByRole('button', { name: 'power' }).last()
    const index = 2 + domain.measurements.indexOf('power')
    const values = [...domain.truth.values()].flatMap(({ power }) => power ?? [])
    await button.focus()
    await page.keyboard.press('Enter')
    const rising = await columnOf(page, 'values', index)
    expect(rising).toHaveLength(487)
    expect(rising.at(-1)).toBe('"><script>alert(1)</script>')
    const shown = await columnOf(page, 'values', index, 'dataset.v')
    expect(shown.map(Number)).toEqual(values.sort((a, b) => a - b))
    await page.keyboard.press('Enter')
    const falling = await columnOf(page, 'values', index)
    expect(falling.at(-1)).toBe('"><script>alert(1)</script>')
    expect(falling[0]).toBe(rising.at(-2))
    expect(await page.locator('#values th[aria-sort]').getAttribute('aria-sort')).toBe('descending')
    expect(oddities).toEqual([])
    await page.context().close()
  })

  test('the field leaves the rows that have all its words, and says how many', async () => {
    const { page } = await open()
    await page.locator('#values summary').click()
    await page.locator('#values input').fill('ssg/ CBEST m40')
    const points = await columnOf(page, 'values', 1)
    const expected = domain.points
      .filter(
        ({ corner, extraction, temperature }) =>
          /SSG$/.test(corner) && /^cbest/.test(extraction) && temperature === 'm40',
      )
      .map((point) => `${point.corner}/${point.extraction}/${point.temperature}/${point.voltage_combo}`)
    expect(points.sort()).toEqual(expected.sort())
    expect(await page.locator('#values output').textContent()).toBe(`${expected.length} of 487 rows`)
    await page.locator('#values input').fill('')
    expect(await columnOf(page, 'values', 1)).toHaveLength(487)
    await page.context().close()
  })

  test('without scripts it has all its text, and no control that does nothing', async () => {
    const { page, oddities } = await open({ javaScriptEnabled: false })
    expect(await page.locator('.verdict').innerText()).toMatch(
      /^✗ FAIL\s+2 of 5 limits fail: del_rr, del_ff\./,
    )
    expect(await page.locator('#maps table.heat').count()).toBe(12)
    expect(await page.locator('#maps td').count()).toBeGreaterThan(12 * 488)
    expect(await page.locator('button, input').count()).toBe(0)
    await page.locator('#values summary').click()
    expect(await page.locator('#values tbody tr').first().isVisible()).toBe(true)
    expect(oddities).toEqual([])
    await page.context().close()
  })

  test('on paper it is light, whole and without controls', async () => {
    const { page } = await open({ colorScheme: 'dark', viewport: { width: 1039, height: 735 } })
    await page.emulateMedia({ media: 'print' })
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    expect(await page.locator('nav').isVisible()).toBe(false)
    expect(await page.locator('#comparison input').isVisible()).toBe(false)
    // Nothing is cut off inside its box, and the maps fit on A4: 297 mm less the margins are 1039 pixels.
    expect(await page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX")).toBe(
      'visible',
    )
    const widths = await page.evaluate<number[]>(
      "[...document.querySelectorAll('table.heat')].map((table) => table.getBoundingClientRect().right)",
    )
    expect(Math.max(...widths)).toBeLessThanOrEqual(1039)
    expect((await page.pdf({ preferCSSPageSize: true })).byteLength).toBeGreaterThan(10_000)
    await page.context().close()
  })
})
