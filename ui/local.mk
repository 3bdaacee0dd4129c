# The dashboard. Reads the board only.
noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	ui/dashboard.c ui/dashboard.h ui/dashboard_parts.h \
	ui/dashboard_kept.c \
	ui/dashboard_run.c \
	ui/dashboard_check.c \
	ui/dashboard_export.c \
	ui/cmd_screen.c \
	ui/cmd_replay.c \
	ui/cmd_demo.c \
	ui/cmd_complete.c \
	ui/appearance.c ui/appearance.h \
	ui/canvas.c ui/canvas.h ui/canvas_watch.h \
	ui/glyph.c ui/glyph.h \
	ui/key.c ui/key.h \
	ui/layout.c ui/layout.h \
	ui/number.c ui/number.h \
	ui/plot.c ui/plot.h \
	ui/widget.c ui/widget.h \
	ui/ansi.c ui/ansi.h \
	ui/drawing.c ui/drawing.h \
	ui/shape.c ui/shape.h \
	ui/row.c ui/row.h \
	ui/prose.c ui/prose.h \
	ui/reading.c ui/reading.h \
	ui/detail.c ui/detail.h \
	ui/costs.c ui/costs.h \
	ui/live.c ui/live.h \
	ui/gauge.c ui/gauge.h \
	ui/facts.c ui/facts.h \
	ui/card.c ui/card.h \
	ui/list.c ui/list.h \
	ui/rowbox.c ui/rowbox.h \
	ui/strips.c ui/strips.h \
	ui/matrix.c ui/matrix.h \
	ui/sweep.c ui/sweep.h \
	ui/loss.c ui/loss.h \
	ui/curve.c ui/curve.h \
	ui/scoreboard.c ui/scoreboard.h \
	ui/own_cost.c ui/own_cost.h \
	ui/panel_overview.c \
	ui/panel_live.c \
	ui/panel_processor.c \
	ui/panel_memory.c \
	ui/panel_curve.c \
	ui/panel_network.c \
	ui/panel_disk.c \
	ui/panel_sysops.c \
	ui/panel_ctxsw.c \
	ui/panel_host.c \
	ui/panel_whitebox.c \
	ui/panel_log.c \
	ui/panel_verdict.c \
	ui/theme.c ui/theme.h \
	ui/theme_list.c ui/theme_list.h \
	ui/help.c ui/help.h \
	ui/scene.c ui/scene.h \
	ui/digits.c ui/digits.h \
	ui/tour.c ui/tour.h \
	ui/control.c ui/control.h ui/control_parts.h \
	ui/control_go.c \
	ui/control_show.c \
	ui/control_do.c \
	ui/control_dialog.c \
	ui/control_small.c \
	ui/keymap.c ui/keymap.h \
	ui/entry.c ui/entry.h \
	ui/option_list.c ui/option_list.h \
	ui/plan_dialog.c ui/plan_dialog.h \
	ui/settings.c ui/settings.h \
	ui/list_keys.c \
	ui/screen.c ui/screen.h \
	ui/mouse.c ui/mouse.h \
	ui/writer.c ui/writer.h \
	ui/capture.c ui/capture.h \
	ui/clipboard.c ui/clipboard.h \
	ui/app.c ui/app.h \
	ui/panel.c ui/panel.h
libui_a_CFLAGS = $(AM_CFLAGS) $(NCURSES_CFLAGS) $(CJSON_CFLAGS)

themesdir = $(pkgdatadir)/themes
dist_themes_DATA = \
	themes/dark.theme \
	themes/light.theme \
	themes/high-contrast.theme \
	themes/ansi16.theme \
	themes/mono.theme

# The themes are built in, so that the program has them wherever it runs.
ui/theme_data.h: $(dist_themes_DATA) ui/theme_data.awk
	$(AM_V_GEN)$(MKDIR_P) ui && cd $(srcdir) && \
	$(AWK) -f ui/theme_data.awk $(dist_themes_DATA) >$(abs_builddir)/$@.tmp && \
	mv $(abs_builddir)/$@.tmp $(abs_builddir)/$@
ui/libui_a-theme.$(OBJEXT): ui/theme_data.h
CLEANFILES += ui/theme_data.h
EXTRA_DIST += ui/theme_data.awk
