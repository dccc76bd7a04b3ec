/**
 * The page's script: headings that sort, fields that leave out rows. Without it the page has all the same text. Rows
 * sort by `data-v` where a cell has it; what has no number stands last in both directions.
 */
export const pageScript = `
'use strict'
for (const table of document.querySelectorAll('table.list')) {
  const body = table.tBodies[0]
  const rows = [...body.rows]
  if (rows.length < 2) continue
  const status = document.createElement('span')
  status.className = 'unseen'
  status.setAttribute('role', 'status')
  table.parentElement.before(status)
  const heads = [...table.tHead.rows[0].cells]
  heads.forEach((head, index) => {
    const button = document.createElement('button')
    button.type = 'button'
    button.append(...head.childNodes)
    head.append(button)
    button.addEventListener('click', () => {
      const falling = head.getAttribute('aria-sort') === 'ascending'
      for (const other of heads) other.removeAttribute('aria-sort')
      head.setAttribute('aria-sort', falling ? 'descending' : 'ascending')
      const numeric = head.classList.contains('n')
      const keyed = [...body.rows].map((row) => [keyOf(row.cells[index], numeric), row])
      keyed.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : falling ? compare(b, a) : compare(a, b)))
      body.append(...keyed.map(([, row]) => row))
      status.textContent = 'Sorted by ' + button.textContent + (falling ? ', falling' : ', rising')
    })
  })
  if (!table.hasAttribute('data-filter')) continue
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]))
  const label = document.createElement('label')
  const field = document.createElement('input')
  field.type = 'search'
  field.placeholder = 'SSG m40'
  const count = document.createElement('output')
  label.className = 'filter'
  label.append('Rows with all these words ', field, ' ', count)
  table.parentElement.before(label)
  const show = () => {
    const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean)
    let shown = 0
    for (const row of rows) {
      const fits = words.every((word) => texts.get(row).includes(word))
      row.hidden = !fits
      shown += fits
    }
    count.textContent = shown + ' of ' + rows.length + ' rows'
  }
  field.addEventListener('input', show)
  show()
}
function keyOf(cell, numeric) {
  if (cell.dataset.v !== undefined) return Number(cell.dataset.v)
  return numeric ? null : cell.textContent.trim()
}
function compare(a, b) {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}
`
