import { createHash } from 'node:crypto'
import { type Html, markup, joinHtml, raw } from './html.ts'
import { pageScript } from './script.ts'
import { pageStyle } from './style.ts'
import { htmlFields } from './table.ts'

export interface Page {
  /** What stands above the title: what it is of. */
  kicker: string
  title: string
  verdict: { word: string; sentence: string; look: 'good' | 'warn' | 'bad' | 'dim' }
  /** What a reader must know before believing the rest: that it is a part, that a job is still running. */
  alerts: readonly string[]
  facts: readonly (readonly [label: string, text: string])[]
  sections: readonly Section[]
  foot: Html
}

export interface Section {
  /** The anchor; our own word. */
  id: string
  title: string
  body: Html
  /** Closed at first: long, and of use only to those who look for it. */
  closed?: boolean
}

/**
 * One HTML document that needs nothing besides itself: no network, no fonts, no images. Its policy allows this style
 * sheet and this script alone, so that no text of a user could ever run.
 */
export function renderPage(page: Page): string {
  const { verdict, sections } = page
  const policy = [
    "default-src 'none'",
    `style-src '${digest(pageStyle)}'`,
    `script-src '${digest(pageScript)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${raw(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${page.title}: ${verdict.word}</title>
        <link rel="icon" href="data:," />
        <style>${raw(pageStyle)}</style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the results</a>
        <header>
          <p class="kicker">${page.kicker}</p>
          <h1>${page.title}</h1>
          <p class="verdict ${verdict.look}">
            <strong><span aria-hidden="true">${signs[verdict.look]}</span> ${verdict.word}</strong>
            <span>${verdict.sentence}</span>
          </p>
          ${page.alerts.map((text) => markup`<p class="alert">${text}</p>`)} ${htmlFields(page.facts)}
        </header>
        <nav aria-label="Sections">
          <ul>
            ${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}
          </ul>
        </nav>
        <main id="main" tabindex="-1">${joinHtml(sections.map(section))}</main>
        <footer>${page.foot}</footer>
        <script>${raw(pageScript)}</script>
      </body>
    </html> `.text
}

const section = ({ id, title, body, closed }: Section): Html =>
  closed === true
    ? markup`<section id="${id}">
        <details>
          <summary><h2>${title}</h2></summary>
          ${body}
        </details>
      </section> `
    : markup`<section id="${id}">
        <h2>${title}</h2>
        ${body}
      </section> `

const signs = { good: '✓', warn: '~', bad: '✗', dim: '–' }

const digest = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
