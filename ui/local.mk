# The dashboard. Reads the board only.
noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	ui/canvas.c ui/canvas.h
libui_a_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS)
