# Tests of the dashboard, below the engine's: included by tests/local.mk.

unit_tests += tests/unit/test_canvas
tests_unit_test_canvas_SOURCES = tests/unit/test_canvas.c tests/unit/unit.h
tests_unit_test_canvas_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_canvas_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_widget
tests_unit_test_widget_SOURCES = tests/unit/test_widget.c tests/unit/unit.h
tests_unit_test_widget_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_widget_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_layout
tests_unit_test_layout_SOURCES = tests/unit/test_layout.c tests/unit/unit.h
tests_unit_test_layout_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_layout_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_key
tests_unit_test_key_SOURCES = tests/unit/test_key.c tests/unit/unit.h
tests_unit_test_key_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_key_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_row
tests_unit_test_row_SOURCES = tests/unit/test_row.c tests/unit/unit.h
tests_unit_test_row_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_row_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_clipboard
tests_unit_test_clipboard_SOURCES = tests/unit/test_clipboard.c tests/unit/unit.h
tests_unit_test_clipboard_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_clipboard_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_mouse
tests_unit_test_mouse_SOURCES = tests/unit/test_mouse.c tests/unit/unit.h
tests_unit_test_mouse_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_mouse_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_theme
tests_unit_test_theme_SOURCES = tests/unit/test_theme.c tests/unit/sight.c tests/unit/sight.h tests/unit/unit.h
tests_unit_test_theme_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_theme_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_drawing
tests_unit_test_drawing_SOURCES = tests/unit/test_drawing.c tests/unit/unit.h
tests_unit_test_drawing_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_drawing_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

EXTRA_DIST += tests/golden

unit_tests += tests/unit/test_ansi
golden_tests += tests/unit/test_ansi
tests_unit_test_ansi_SOURCES = tests/unit/test_ansi.c tests/unit/unit.h
tests_unit_test_ansi_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ansi_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_frame
golden_tests += tests/unit/test_golden_frame
tests_unit_test_golden_frame_SOURCES = tests/unit/test_golden_frame.c tests/unit/unit.h
tests_unit_test_golden_frame_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_frame_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_overlays
golden_tests += tests/unit/test_golden_overlays
tests_unit_test_golden_overlays_SOURCES = tests/unit/test_golden_overlays.c tests/unit/unit.h
tests_unit_test_golden_overlays_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_overlays_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_run
golden_tests += tests/unit/test_golden_run
tests_unit_test_golden_run_SOURCES = tests/unit/test_golden_run.c tests/unit/unit.h
tests_unit_test_golden_run_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_run_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_processor
golden_tests += tests/unit/test_golden_processor
tests_unit_test_golden_processor_SOURCES = tests/unit/test_golden_processor.c tests/unit/unit.h
tests_unit_test_golden_processor_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_processor_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_resources
golden_tests += tests/unit/test_golden_resources
tests_unit_test_golden_resources_SOURCES = tests/unit/test_golden_resources.c tests/unit/unit.h
tests_unit_test_golden_resources_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_resources_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_services
golden_tests += tests/unit/test_golden_services
tests_unit_test_golden_services_SOURCES = tests/unit/test_golden_services.c tests/unit/unit.h
tests_unit_test_golden_services_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_services_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_system
golden_tests += tests/unit/test_golden_system
tests_unit_test_golden_system_SOURCES = tests/unit/test_golden_system.c tests/unit/unit.h
tests_unit_test_golden_system_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_system_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_golden_words
golden_tests += tests/unit/test_golden_words
tests_unit_test_golden_words_SOURCES = tests/unit/test_golden_words.c tests/unit/unit.h
tests_unit_test_golden_words_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_golden_words_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

# The dashboard over a board filled by hand: for the terminal's tests and the bench.
check_PROGRAMS += tests/ui_demo
tests_ui_demo_SOURCES = tests/ui_demo.c
tests_ui_demo_CFLAGS = $(AM_CFLAGS)
tests_ui_demo_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(NCURSES_LIBS) -lm

# Never against the demo of another build.
tests_unit_test_terminal_SOURCES = tests/unit/test_terminal.c tests/unit/unit.h tests/unit/sequences.c \
	tests/unit/sequences.h tests/fixture_board.h tests/pty.c tests/pty.h workloads/remove.c
tests_unit_test_terminal_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(NCURSES_CFLAGS) -DUI_DEMO='"$(abs_builddir)/tests/ui_demo"' \
	-DSANITIZED=$(if $(SANITIZE_CFLAGS),1,0)
tests_unit_test_terminal_LDADD = libvmtax.a $(ENGINE_LIBS) $(NCURSES_LIBS) $(CMOCKA_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/bench_ui
tests_bench_bench_ui_SOURCES = tests/bench/bench_ui.c tests/pty.c tests/pty.h workloads/remove.c
tests_bench_bench_ui_CFLAGS = $(AM_CFLAGS) -DUI_DEMO='"$(abs_builddir)/tests/ui_demo"' \
	-DVMTAX='"$(abs_builddir)/vmtax"'
tests_bench_bench_ui_LDADD = libvmtax.a $(ENGINE_LIBS) -lm
bench_programs += tests/ui_demo tests/bench/bench_ui
benches += tests/bench/bench_ui

unit_tests += tests/unit/test_writer
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c tests/unit/unit.h
tests_unit_test_writer_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(NCURSES_CFLAGS) \
	-DGOLDEN_DIR='"$(abs_top_srcdir)/tests/golden"'
tests_unit_test_writer_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(NCURSES_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_strips
tests_unit_test_strips_SOURCES = tests/unit/test_strips.c tests/unit/unit.h
tests_unit_test_strips_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_strips_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_own_cost
tests_unit_test_own_cost_SOURCES = tests/unit/test_own_cost.c tests/unit/unit.h
tests_unit_test_own_cost_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_own_cost_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_dialogs
tests_unit_test_dialogs_SOURCES = tests/unit/test_dialogs.c tests/unit/unit.h
tests_unit_test_dialogs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_dialogs_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_recording
tests_unit_test_recording_SOURCES = tests/unit/test_recording.c tests/unit/unit.h
tests_unit_test_recording_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_recording_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_control
tests_unit_test_control_SOURCES = tests/unit/test_control.c tests/unit/unit.h
tests_unit_test_control_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_control_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_control_go
tests_unit_test_control_go_SOURCES = tests/unit/test_control_go.c tests/unit/unit.h
tests_unit_test_control_go_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_control_go_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_control_show
tests_unit_test_control_show_SOURCES = tests/unit/test_control_show.c tests/unit/unit.h
tests_unit_test_control_show_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_control_show_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_control_do
tests_unit_test_control_do_SOURCES = tests/unit/test_control_do.c tests/unit/unit.h
tests_unit_test_control_do_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_control_do_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_control_small
tests_unit_test_control_small_SOURCES = tests/unit/test_control_small.c tests/unit/unit.h
tests_unit_test_control_small_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_control_small_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

# With a canvas.c of its own, which is told to it cell by cell.
tests_unit_test_sizes_SOURCES = tests/unit/test_sizes.c ui/canvas.c tests/unit/unit.h
tests_unit_test_sizes_CPPFLAGS = $(AM_CPPFLAGS) -DCANVAS_WATCH
tests_unit_test_sizes_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) -DPAPER_JSON='"$(abs_top_srcdir)/data/paper.json"'
tests_unit_test_sizes_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm
