/**
 * The page's style sheet: light, dark and on paper. Every text has a contrast of 4.5 or more on its ground, in the
 * colours of the maps too (the browser test measures it). The two scales go from pale to strong in one hue each, so
 * that they can be read without telling red from green.
 */
export const pageStyle = `
:root{color-scheme:light dark;
--ground:#fff;--raised:#f5f6f8;--text:#1b1f24;--quiet:#57606a;--line:#d4d9df;--link:#0a58b5;
--bad:#b3161e;--bad-g:#fdecec;--warn:#7a4d00;--warn-g:#fff3d6;--good:#11632f;--good-g:#e4f4e8;
--fail:#b3161e;--fail-t:#fff;--fail-2:#8f0f16;--near:#ffd27a;--near-t:#2b1d00;--gap:#e6e8eb;--gap-2:#d3d7dc;--cell:#14181d;
--m0:#f6f3d8;--m1:#e9f0d2;--m2:#d8eacd;--m3:#c2e2c9;--m4:#aad8c3;--m5:#90ccbb;--m6:#77bfb2;
--v0:#f1f6fc;--v1:#e0ecf8;--v2:#cbdff3;--v3:#b4d1ee;--v4:#9cc2e8;--v5:#84b3e1;--v6:#6ea4d9}
@media screen and (prefers-color-scheme:dark){:root{
--ground:#121518;--raised:#1b1f24;--text:#e4e8ec;--quiet:#9ea7b1;--line:#343a42;--link:#7db7ff;
--bad:#ff8f8f;--bad-g:#3a1719;--warn:#f2c263;--warn-g:#33270e;--good:#79d493;--good-g:#142b1b;
--fail:#c2242c;--fail-2:#9d1a21;--near:#8a5a00;--near-t:#fff;--gap:#2c3138;--gap-2:#383e46;--cell:#f1f4f7;
--m0:#3f3d22;--m1:#384426;--m2:#2e4a2d;--m3:#245036;--m4:#1a5641;--m5:#125d4d;--m6:#0b655a;
--v0:#1a222b;--v1:#1b2c3d;--v2:#1c3750;--v3:#1d4264;--v4:#1e4d78;--v5:#20588c;--v6:#2363a0}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:3rem}
body{margin:0;background:var(--ground);color:var(--text);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
header,main,footer{max-width:1500px;margin:0 auto;padding:0 1.1rem}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
header{padding-top:1.5rem}
.kicker{margin:0;color:var(--quiet);overflow-wrap:anywhere}
h1{margin:.1rem 0 .8rem;font-size:1.7rem;line-height:1.2;font-weight:650;overflow-wrap:anywhere}
.verdict{display:flex;gap:.4rem 1rem;flex-wrap:wrap;align-items:baseline;margin:0 0 1rem;padding:.8rem 1rem;border-radius:6px;border-left:6px solid var(--quiet);background:var(--raised);font-size:1.05rem;overflow-wrap:anywhere}
.verdict strong{font-size:1.2rem;text-transform:uppercase;letter-spacing:.03em;white-space:nowrap}
.verdict span{flex:1 1 18rem}
.verdict.bad,.verdict.warn,.verdict.good{color:var(--text);font-weight:400}
.verdict.bad{background:var(--bad-g);border-color:var(--bad)}.verdict.bad strong{color:var(--bad)}
.verdict.warn{background:var(--warn-g);border-color:var(--warn)}.verdict.warn strong{color:var(--warn)}
.verdict.good{background:var(--good-g);border-color:var(--good)}.verdict.good strong{color:var(--good)}
.note{margin:.3rem 0 .8rem;color:var(--quiet);max-width:90ch}
.alert{margin:0 0 1rem;padding:.5rem 1rem;border-left:6px solid var(--warn);background:var(--warn-g);overflow-wrap:anywhere}
dl{display:flex;flex-wrap:wrap;gap:.35rem 1.6rem;margin:0 0 .8rem}
dl div{min-width:0}
dt{font-size:.78rem;color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
nav{position:sticky;top:0;z-index:5;background:var(--ground);border-bottom:1px solid var(--line)}
nav ul{display:flex;gap:0 1.2rem;list-style:none;max-width:1500px;margin:0 auto;padding:.45rem 1.1rem;overflow-x:auto;white-space:nowrap}
nav a{text-decoration:none;display:block;padding:.15rem 0}nav a:hover{text-decoration:underline}
main>section{padding-top:1.4rem}
h2{margin:0 0 .5rem;font-size:1.2rem;font-weight:650}
h3{margin:1.2rem 0 .35rem;font-size:1rem;font-weight:650;overflow-wrap:anywhere}
h3 small{color:var(--quiet);font-weight:400}
.scroll{position:relative;overflow-x:auto;max-width:100%;border:1px solid var(--line);border-radius:6px;width:fit-content}
.tall{max-height:min(80vh,60rem);overflow:auto}
table{border-collapse:separate;border-spacing:0;font-size:13px}
th,td{padding:.22rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line);white-space:nowrap}
tbody tr:last-child>*{border-bottom:0}
thead th{position:sticky;top:0;z-index:2;background:var(--raised);font-weight:600;color:var(--quiet);vertical-align:bottom}
tbody th{font-weight:500;background:var(--ground)}
.list tbody th{position:sticky;left:0;z-index:1;max-width:45vw;overflow-wrap:break-word;white-space:normal;min-width:9rem}
.list thead th:first-child{left:0;z-index:3}
.list tbody tr:hover>*{background:var(--raised)}
td.wide{white-space:normal;min-width:16rem;overflow-wrap:anywhere}
.n{text-align:right}td.n{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:12px;white-space:pre}
.bad{color:var(--bad);font-weight:600}.warn{color:var(--warn);font-weight:600}.good{color:var(--good)}.dim{color:var(--quiet)}
th button{all:unset;cursor:pointer;font:inherit;color:inherit}
th button:hover{text-decoration:underline}
th button:focus-visible{outline:2px solid var(--link);outline-offset:2px}
th button::after{content:"\\2195";margin-left:.3em;font-size:.75em;opacity:.75}
th[aria-sort=ascending] button::after{content:"\\25B2";opacity:1}
th[aria-sort=descending] button::after{content:"\\25BC";opacity:1}
.filter{display:flex;flex-wrap:wrap;gap:.3rem .5rem;align-items:center;margin:0 0 .5rem}
.filter input{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--quiet);border-radius:4px;padding:.15rem .5rem;width:16rem;max-width:100%}
output{color:var(--quiet)}
details>summary{cursor:pointer;font-size:1.2rem;font-weight:650;padding:.2rem 0}
summary h2{display:inline;font-size:inherit}
.maps{display:flex;flex-wrap:wrap;gap:0 2.5rem}
.map{max-width:100%;min-width:0}
.map dl{margin-bottom:.2rem;gap:.1rem 1.2rem;font-size:13px}.map dl div{display:flex;gap:.4em;align-items:baseline}
.legend{display:flex;gap:.5rem;align-items:center;margin:0 0 .4rem;font-size:13px;color:var(--quiet)}
.chips{display:inline-flex;border:1px solid var(--line)}.chips i{width:1.4rem;height:.8rem}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;margin:.3rem 0 0;padding:0;font-size:13px}
.key b{display:inline-block;min-width:1.6rem;text-align:center;border:1px solid var(--line);border-radius:3px;margin-right:.25rem}
.heat{font-size:12px}
.heat th,.heat td{padding:.14rem .17rem;line-height:1.35}.heat tbody th,.heat thead tr:first-child th:first-child{padding-left:.5rem}
.heat td{text-align:right;color:var(--cell);font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:11px;letter-spacing:-.025em;white-space:pre;border-bottom-color:transparent}
.heat tbody th{position:sticky;left:0;z-index:1;border-bottom-color:transparent;background:var(--ground)}
.heat tbody th[scope=row]{position:static;text-align:right;font-weight:400;color:var(--quiet)}
.heat tr.first>*{border-top:1px solid var(--line)}.heat tbody tr.first:first-child>*{border-top:0}
.heat thead th{position:static;text-align:right;font-size:10px;font-weight:500}
.heat thead tr:first-child th:first-child{text-align:left;position:sticky;left:0;z-index:2}
.heat thead .group{text-align:center;border-left:1px solid var(--line)}
.fail{background:repeating-linear-gradient(135deg,var(--fail) 0 5px,var(--fail-2) 5px 10px);color:var(--fail-t)!important;font-weight:700}
.near{background:var(--near);color:var(--near-t)!important;font-weight:600}
.gap{background:repeating-linear-gradient(45deg,var(--gap) 0 5px,var(--gap-2) 5px 10px);color:var(--cell)!important;font-weight:600}
.heat td.gap{max-width:4.5rem;overflow:hidden;text-overflow:ellipsis;font-size:11px}
.none{background:var(--raised)}
${Array.from({ length: 7 }, (_, step) => `.m${step}{background:var(--m${step})}.v${step}{background:var(--v${step})}`).join('')}
footer{margin-top:2rem;padding-top:1rem;padding-bottom:2rem;border-top:1px solid var(--line);color:var(--quiet);font-size:13px}
footer h2{color:var(--text)}
footer li{overflow-wrap:anywhere}
@media (max-width:600px){body{font-size:13.5px}header,main,footer{padding-left:.8rem;padding-right:.8rem}nav ul{padding-left:.8rem;padding-right:.8rem}h1{font-size:1.4rem}
.list tbody th{max-width:40vw;min-width:8.5rem}}
@media print{@page{size:A4 landscape;margin:11mm}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font-size:10px}header,main,footer{max-width:none;padding-left:0;padding-right:0}
nav,.skip,.filter,th button::after{display:none!important}
.scroll,.tall{overflow:visible;max-height:none;border:0;width:auto}
table{font-size:8.5px}td.n{font-size:7.5px!important}.heat td{font-size:8.5px!important}.heat th,.heat thead th{font-size:7px}
h2{font-size:14px}h3{font-size:11px}dt{font-size:8px}.map dl,.legend,.key,footer{font-size:9px}.verdict{font-size:11px}.verdict strong{font-size:13px}th,td{padding:.1rem .35rem}.heat th,.heat td{padding:.05rem .1rem}
thead th,.list tbody th,.heat tbody th{position:static!important;min-width:0!important}
.map,tr{break-inside:avoid}h2,h3{break-after:avoid}a{color:inherit;text-decoration:none}}
`
