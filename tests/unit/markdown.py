# markdown.py FILE: is it Markdown as GitHub reads it? Rendered by cmark-gfm: a heading first, tables whose rows
# all have as many cells as their head, and nothing in it that is a command of HTML.
import subprocess
import sys
from html.parser import HTMLParser

ALLOWED = set("h1 h2 p ul li strong code table thead tbody tr th td".split())


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = []
        self.tables = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append(0)
        elif tag in ("td", "th"):
            self.tables[-1][-1] += 1


reader = Reader()
page = subprocess.run(
    ["cmark-gfm", "-e", "table", "--unsafe", sys.argv[1]], check=True, stdout=subprocess.PIPE
).stdout.decode("utf-8")
reader.feed(page)
if reader.tags[:1] != ["h1"]:
    sys.exit("no heading first")
if not set(reader.tags) <= ALLOWED:
    sys.exit("commands of HTML: %s" % (set(reader.tags) - ALLOWED))
for table in reader.tables:
    if len(table) < 2 or len(set(table)) != 1:
        sys.exit("a table of rows that differ: %s" % table)
# A row that no table took.
if "\n| " in page or "<p>|" in page:
    sys.exit("a table that is none")
