# Unit tests: one program per file of tests, cmocka.
if HAVE_CMOCKA
unit_tests =
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif
