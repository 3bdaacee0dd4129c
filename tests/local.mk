# Unit tests: one program per file of tests, cmocka.
if HAVE_CMOCKA
unit_tests =
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

unit_tests += tests/unit/test_xalloc
tests_unit_test_xalloc_SOURCES = tests/unit/test_xalloc.c tests/unit/unit.h
tests_unit_test_xalloc_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_xalloc_LDADD = libvmtax.a $(CMOCKA_LIBS)

unit_tests += tests/unit/test_histogram
tests_unit_test_histogram_SOURCES = tests/unit/test_histogram.c tests/unit/unit.h
tests_unit_test_histogram_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_histogram_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_result
tests_unit_test_result_SOURCES = tests/unit/test_result.c tests/unit/unit.h
tests_unit_test_result_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_result_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_clock
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c tests/unit/unit.h
tests_unit_test_clock_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_clock_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_protocol
tests_unit_test_protocol_SOURCES = tests/unit/test_protocol.c tests/unit/unit.h
tests_unit_test_protocol_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_protocol_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_text
tests_unit_test_text_SOURCES = tests/unit/test_text.c tests/unit/unit.h
tests_unit_test_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_text_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_sha256
tests_unit_test_sha256_SOURCES = tests/unit/test_sha256.c tests/unit/unit.h
tests_unit_test_sha256_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sha256_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_catalog
tests_unit_test_catalog_SOURCES = tests/unit/test_catalog.c tests/unit/unit.h
tests_unit_test_catalog_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_catalog_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_canvas
tests_unit_test_canvas_SOURCES = tests/unit/test_canvas.c tests/unit/unit.h
tests_unit_test_canvas_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_canvas_LDADD = libui.a libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_widget
tests_unit_test_widget_SOURCES = tests/unit/test_widget.c tests/unit/unit.h
tests_unit_test_widget_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_widget_LDADD = libui.a libvmtax.a $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_stats
tests_unit_test_stats_SOURCES = tests/unit/test_stats.c tests/unit/unit.h
tests_unit_test_stats_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stats_LDADD = libvmtax.a $(CMOCKA_LIBS) -lm
endif
