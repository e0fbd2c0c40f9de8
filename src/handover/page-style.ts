/** How the page looks: light and dark as the reader's system is, from a phone's width on, and on paper. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--text:#1b1f24;--dim:#57606a;--page:#fff;--card:#f6f8fa;--edge:#d0d7de;--link:#0a58ca;--start:#1a7f37;--stop:#9a6700;--renew:#8250df;--end:#cf222e;--warn:#fff4d6}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--dim:#9da7b3;--page:#0d1117;--card:#161b22;--edge:#30363d;--link:#6cb0ff;--start:#3fb950;--stop:#d29922;--renew:#b392f0;--end:#ff7b72;--warn:#3a2d0a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.55 system-ui,sans-serif}
main{max-width:54rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{margin:0;font-size:1.9rem;line-height:1.2;overflow-wrap:anywhere}
h2{margin:0 0 .75rem;font-size:1.15rem}
h2.app{margin:2.5rem 0 0;font-size:1.5rem;overflow-wrap:anywhere}
p{margin:.5rem 0}
a{color:var(--link)}
code{font:.9em ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
.kind,.small,dt{color:var(--dim);font-size:.9rem}
.kind{margin:0 0 .25rem}
section{margin-top:1.25rem;padding:1.25rem;border:1px solid var(--edge);border-radius:.6rem;background:var(--card);break-inside:avoid}
dl,dd,ul{margin:0}
ul{padding-left:1.2rem}
dl div{display:grid;grid-template-columns:17rem 1fr;gap:0 1rem;padding:.35rem 0}
dl div+div{border-top:1px solid var(--edge)}
dt{grid-row:1/span 99}
dd{grid-column:2;overflow-wrap:anywhere}
.waiting{margin-top:1.25rem;padding:.8rem 1.25rem;border-left:.3rem solid var(--stop);background:var(--warn)}
.permissions,.groups,.moments{padding:0;list-style:none}
.permissions li,.groups li{display:grid;gap:.1rem;padding:.5rem 0}
.permissions li+li,.groups li+li{border-top:1px solid var(--edge)}
.groups li{grid-template-columns:1fr auto;gap:0 1rem}
.groups a{overflow-wrap:anywhere}
.late{color:var(--end)}
.line{display:block;margin:.25rem 0 .5rem;overflow:visible}
.line .base{stroke:var(--dim);stroke-width:2}
.line .year{stroke:var(--dim)}
.line text{fill:var(--dim);font-size:12px}
.line circle{stroke:var(--card);stroke-width:2}
.start{fill:var(--start);background:var(--start)}
.link{fill:var(--stop);background:var(--stop)}
.renew{fill:var(--renew);background:var(--renew)}
.end{fill:var(--end);background:var(--end)}
.moments li{display:grid;grid-template-columns:1.25rem 6.5rem 1fr;align-items:baseline}
.dot{width:.7rem;height:.7rem;border-radius:50%}
time{font-variant-numeric:tabular-nums;white-space:nowrap}
@media (max-width:40rem){main{padding:1.25rem .9rem 3rem}dl div,.groups li{grid-template-columns:1fr}dt,dd{grid-column:1;grid-row:auto}}
@media print{.dot{print-color-adjust:exact}section{background:none}}
`;
