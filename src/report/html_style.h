/* html_style.h - how a page looks; the charts in it have svg_style. */
#ifndef VMTAX_REPORT_HTML_STYLE_H
#define VMTAX_REPORT_HTML_STYLE_H

static const char page_style[] =
    ":root{color-scheme:light dark;--ink:#23262b;--quiet:#666c75;--ground:#fff;--line:#e3e5e8;"
    "--shade:#f6f7f8;--worse:#b3261e;--better:#00714f}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e4e6ea;--quiet:#9aa1ab;"
    "--ground:#15181c;--line:#2b2f36;--shade:#1c2025;--worse:#ff8a80;--better:#5ed3ab}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:68rem;color:var(--ink);"
    "background:var(--ground);font:15px/1.5 system-ui,'DejaVu Sans',sans-serif}\n"
    "h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem}\n"
    "h2{font-size:1.2rem;margin:2.6rem 0 .6rem;padding-top:1rem;border-top:1px solid var(--line)}\n"
    "p{margin:.4rem 0;max-width:44rem}\n"
    ".quiet{color:var(--quiet)}\n"
    ".answers{display:flex;flex-wrap:wrap;gap:1rem;margin:1.4rem 0}\n"
    ".answer{flex:1 1 14rem;padding:.8rem 1rem;border:1px solid var(--line);border-radius:.5rem;"
    "background:var(--shade)}\n"
    ".answer b{display:block;font-size:1.9rem;line-height:1.25;font-variant-numeric:tabular-nums}\n"
    "figure{margin:1rem 0}\n"
    "figcaption{color:var(--quiet);font-size:.85rem}\n"
    "svg.chart{display:block;width:100%;height:auto}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.82rem;margin:.6rem 0;"
    "font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.28rem .5rem;text-align:right;border-bottom:1px solid var(--line);"
    "white-space:nowrap}\n"
    "th:first-child,td:first-child,.text{text-align:left}\n"
    "tbody th:first-child{white-space:normal;min-width:11rem}\n"
    "td.long{white-space:normal;text-align:left;overflow-wrap:anywhere}\n"
    "thead th{color:var(--quiet);font-weight:600;border-bottom-color:var(--quiet)}\n"
    "tbody th{font-weight:400}\n"
    ".worse,.slightly-worse{color:var(--worse)}\n"
    ".better{color:var(--better)}\n"
    "li{max-width:44rem;margin:.2rem 0}\n"
    "@media print{body{max-width:none;padding:0;font-size:10pt}h2{break-after:avoid}"
    "figure,tr,.answer{break-inside:avoid}.wide{overflow:visible}table{font-size:7.5pt}thead{display:table-header-group}"
    "}\n";

#endif
