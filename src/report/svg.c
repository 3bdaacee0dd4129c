#include <config.h>

#include "report/svg.h"

#include "report/markup.h"

/* Plain classes, without variables: not every renderer of pictures knows those. The colours are
 * told apart by those who do not see red or green (Okabe and Ito's, lighter on dark). */
const char svg_style[] = ".chart{font-family:system-ui,'DejaVu Sans',sans-serif;font-size:12px}\n"
                         ".chart text{fill:#23262b}\n"
                         ".chart .title{font-size:15px;font-weight:600}\n"
                         ".chart .small{font-size:11px;fill:#666c75}\n"
                         ".chart .strong{font-weight:600}\n"
                         ".chart .ground{fill:#fff}\n"
                         ".chart .grid{stroke:#e3e5e8;stroke-width:1}\n"
                         ".chart .ruler{stroke:#23262b;stroke-width:1.5}\n"
                         ".chart .band{fill:#23262b;fill-opacity:.07}\n"
                         ".chart .stripe{fill:#23262b;fill-opacity:.025}\n"
                         ".chart .ghost{fill:none;stroke:#8b919a;stroke-width:1.2}\n"
                         ".chart .line{fill:none;stroke-width:1.8;stroke-linejoin:round}\n"
                         ".chart .whisker{fill:none;stroke-width:1.8}\n"
                         ".chart .mark{stroke-width:1.8}\n"
                         ".chart .t0{stroke:#23262b;fill:#23262b}\n"
                         ".chart .t1{stroke:#0072b2;fill:#0072b2}\n"
                         ".chart .t2{stroke:#c65200;fill:#c65200}\n"
                         ".chart .t3{stroke:#008a63;fill:#008a63}\n"
                         ".chart .t4{stroke:#a8487f;fill:#a8487f}\n"
                         ".chart .line,.chart .whisker{fill:none}\n"
                         ".chart .hollow{fill:#fff}\n"
                         ".chart .dashed{stroke-dasharray:5 3}\n"
                         "@media screen and (prefers-color-scheme:dark){\n"
                         ".chart text{fill:#e4e6ea}\n"
                         ".chart .small{fill:#9aa1ab}\n"
                         ".chart .ground{fill:#15181c}\n"
                         ".chart .grid{stroke:#2b2f36}\n"
                         ".chart .ruler{stroke:#e4e6ea}\n"
                         ".chart .band{fill:#e4e6ea;fill-opacity:.1}\n"
                         ".chart .stripe{fill:#e4e6ea;fill-opacity:.035}\n"
                         ".chart .ghost{stroke:#7d848e}\n"
                         ".chart .t0{stroke:#e4e6ea;fill:#e4e6ea}\n"
                         ".chart .t1{stroke:#56b4e9;fill:#56b4e9}\n"
                         ".chart .t2{stroke:#f09a52;fill:#f09a52}\n"
                         ".chart .t3{stroke:#3ccb9e;fill:#3ccb9e}\n"
                         ".chart .t4{stroke:#e39bc5;fill:#e39bc5}\n"
                         ".chart .line,.chart .whisker{fill:none}\n"
                         ".chart .hollow{fill:#15181c}\n"
                         "}\n";

void svg_open(FILE *out, double width, double height, const char *title, const char *text,
              bool alone)
{
    if (alone)
        fprintf(out,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\"",
                width, height);
    else
        fputs("<svg", out);
    fprintf(out, " class=\"chart\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", width,
            height);
    markup_printf(out, "%s. %s", title, text);
    fputs("\">\n", out);
    if (!alone)
        return; /* a title would follow the pointer about in a page */
    fputs("<title>", out);
    markup_text(out, title);
    fputs("</title>\n<desc>", out);
    markup_text(out, text);
    fprintf(out, "</desc>\n<style>\n%s</style>\n", svg_style);
    svg_rect(out, 0, 0, width, height, "ground");
}

void svg_close(FILE *out)
{
    fputs("</svg>\n", out);
}

void svg_text(FILE *out, double x, double y, enum svg_anchor anchor, const char *class,
              const char *text)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"", x, y);
    if (anchor != SVG_START)
        fprintf(out, " text-anchor=\"%s\"", anchors[anchor]);
    if (class[0])
        fprintf(out, " class=\"%s\"", class);
    fputc('>', out);
    markup_text(out, text);
    fputs("</text>\n", out);
}

void svg_line(FILE *out, double x1, double y1, double x2, double y2, const char *class)
{
    fprintf(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1,
            x2, y2, class);
}

void svg_rect(FILE *out, double x, double y, double width, double height, const char *class)
{
    fprintf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" class=\"%s\"/>\n", x,
            y, width, height, class);
}

void svg_mark(FILE *out, double x, double y, enum svg_shape shape, const char *class,
              const char *tip)
{
    /* Of about the same area. */
    static const char *const paths[SVG_SHAPES] = {
        [SVG_CIRCLE] = "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        [SVG_SQUARE] = "m-3.6 -3.6h7.2v7.2h-7.2z",
        [SVG_DIAMOND] = "m0 -5l5 5l-5 5l-5 -5z",
        [SVG_TRIANGLE] = "m0 -5l5 8.4h-10z",
    };
    fprintf(out, "<path d=\"M%.1f %.1f%s\" class=\"%s\"", x, y, paths[shape], class);
    if (!tip) {
        fputs("/>\n", out);
        return;
    }
    fputs("><title>", out);
    markup_text(out, tip);
    fputs("</title></path>\n", out);
}
