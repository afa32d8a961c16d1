/** The page's only style. No script, no font, no picture: a report can be mailed, archived and opened without a network. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2430; --dim: #5f6b7a; --line: #d9dee5; --page: #fff; --box: #f5f7f9;
  --ok: #1a7f37; --changed: #8a6100; --failed: #c0262d; --unknown: #8a3ffc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e3e8ee; --dim: #97a3b2; --line: #333c48; --page: #14181d; --box: #1c2229;
  --ok: #4ac26b; --changed: #e0b341; --failed: #ff7b72; --unknown: #be95ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); } a { color: inherit; }
.check { display: inline-block; margin: .5rem 0; padding: .25rem .6rem; border: 2px solid var(--changed); border-radius: .4rem; font-weight: 700; color: var(--changed); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } th { color: var(--dim); font-weight: 500; } .zero { color: var(--dim); opacity: .6; }
article { margin: .75rem 0; padding: .75rem 1rem; border-left: .3rem solid var(--failed); background: var(--box); border-radius: .3rem; }
article.unknown { border-color: var(--unknown); } article.warning { border-color: var(--changed); }
pre { margin: .4rem 0; padding: .5rem .7rem; overflow-x: auto; font: .85rem/1.45 ui-monospace, monospace; border: 1px solid var(--line); border-radius: .3rem; background: var(--page); }
pre .add { color: var(--ok); } pre .del { color: var(--failed); } pre .at { color: var(--dim); }
details { margin: .25rem 0; } summary { cursor: pointer; }
ol { list-style: none; margin: 0; padding: 0; } li { padding: .3rem 0 .3rem .8rem; border-left: 2px solid var(--line); overflow-wrap: anywhere; }
li ul { margin: 0; padding-left: 1.2rem; list-style: disc; } li li { padding: 0; border: 0; }
.badge { display: inline-block; min-width: 5.4rem; font-size: .85rem; font-weight: 600; }
.ok { color: var(--ok); } .changed { color: var(--changed); } .failed, .unreachable { color: var(--failed); } .skipped { color: var(--dim); } .unknown, .rescued { color: var(--unknown); }
article.unknown, article.failed { color: inherit; }
@media (max-width: 40rem) { body { padding: .6rem; } th, td { padding: .25rem .4rem; } }
`
