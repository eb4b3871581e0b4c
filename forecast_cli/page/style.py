"""How the page of `forecast report` looks: on a screen, on a phone and on paper."""

STYLE = """
:root { color-scheme: light; --ink: #1f2328; --soft: #57606a; --line: #d8dde2; --blue: #0072b2; }
* { box-sizing: border-box; }
body { margin: 0; background: #f6f8fa; color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 58rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
header, section { background: #fff; border: 1px solid var(--line); border-radius: 8px;
  padding: 1.25rem 1.5rem; margin-bottom: 1.25rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 0 0 .75rem; }
p { margin: 0 0 .75rem; max-width: 46rem; overflow-wrap: anywhere; }
.verdict { font-size: 1.15rem; font-weight: 600; }
.quiet { color: var(--soft); }
.tiles { list-style: none; margin: 1rem 0 0; padding: 0; display: grid; gap: .75rem;
  grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); }
.tiles li { border-left: 3px solid var(--blue); padding: .1rem .75rem; color: var(--soft);
  font-size: .9rem; line-height: 1.35; overflow-wrap: anywhere; }
.tiles b { display: block; font-size: 1.5rem; color: var(--ink); }
figure { margin: 0 0 1rem; }
figure svg { display: block; width: 100%; height: auto; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .25rem 0 1rem; font-variant-numeric: tabular-nums;
  font-size: .92rem; }
th { font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--line); }
th, td { text-align: right; padding: .25rem .9rem .25rem 0; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 7rem; }
tbody tr:nth-child(even) { background: #f6f8fa; }
.marked { font-weight: 700; }
.coverage { width: 100%; }
.coverage td { text-align: left; }
.coverage tbody tr { background: none; }
.wide { width: 100%; padding: 0; }
.bar { display: block; width: 100%; height: 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0 0 1rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.notes { margin: 0; padding-left: 1.2rem; overflow-wrap: anywhere; }
.checks { list-style: none; margin: 0 0 1.25rem; padding: 0; }
.checks li { padding: .3rem 0 .3rem 1.9rem; position: relative; }
.checks li::before { position: absolute; left: 0; width: 1.3rem; height: 1.3rem; top: .42rem;
  border-radius: 50%; font-size: .8rem; line-height: 1.3rem; text-align: center; font-weight: 700; }
.checks .good::before { content: "✓"; background: #dff0f8; color: #00527f; }
.checks .bad::before { content: "!"; background: #fbe3d2; color: #8a3b00; }
details { margin-bottom: .5rem; }
summary { cursor: pointer; font-weight: 600; margin-bottom: .25rem; overflow-wrap: anywhere; }
pre { background: #f6f8fa; border: 1px solid var(--line); border-radius: 6px; padding: .75rem;
  white-space: pre-wrap; overflow-wrap: anywhere; font-size: .88rem; margin: 0 0 .75rem; }
@media (max-width: 40rem) {
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; }
  header, section { padding: 1rem; }
}
@media print {
  body { background: #fff; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  .scroll { overflow: visible; }
  header, section { border: 0; padding: 0; margin-bottom: 1rem; }
  figure, tr, .tiles, .checks li, pre { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""
