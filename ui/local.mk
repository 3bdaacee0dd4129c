# The dashboard. Reads the board only.
noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	ui/dashboard.c ui/dashboard.h \
	ui/canvas.c ui/canvas.h \
	ui/glyph.c ui/glyph.h \
	ui/key.c ui/key.h \
	ui/layout.c ui/layout.h \
	ui/number.c ui/number.h \
	ui/plot.c ui/plot.h \
	ui/widget.c ui/widget.h \
	ui/help.c ui/help.h \
	ui/scene.c ui/scene.h \
	ui/panel.c ui/panel.h
libui_a_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS)
