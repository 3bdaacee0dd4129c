# The tiers:
#   make check          unit tests, golden screens, end-to-end; says at its end what was skipped and why
#   make check-long     what takes longer than a coffee is worth
#   make check-xen      domains of a real Xen in an emulated machine, and a download the first time; takes SHORT=yes
#   make check-asan     `make check` in a build of its own (asan/) under AddressSanitizer and UBSan
#   make check-tsan     the same (tsan/) under ThreadSanitizer; both take SHORT=yes
#   make check-faults   of these, the table of faults (tests/faults/faults.log)
#   make faults-update  writes what that table prints into FAULTS.md (FAULTS="killed" for rows of that name alone)
#   make fuzz           searches for inputs that break a parser (clang; FUZZ_SECONDS, FUZZ_TARGETS)
#   make bench          figures, each against a peer in the same run
#   make acceptance     are the promises of the method kept here? (ACCEPTANCE="--short" to try, or SESSIONS TRIALS)
#   make golden-update  writes the golden screens anew; look at the difference before you commit it
# A test that cannot run here exits with 77 and says why in its last line.
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = \
	abs_top_builddir='$(abs_top_builddir)'; abs_top_srcdir='$(abs_top_srcdir)'; \
	export abs_top_builddir abs_top_srcdir; . '$(abs_top_srcdir)/tests/environment';

# Scripts, one file a line, each a test of its own. They use the program only as its users do.
e2e_tests = \
	tests/e2e/commands.sh \
	tests/e2e/manual.sh \
	tests/e2e/completion.sh \
	tests/e2e/schema.sh \
	tests/e2e/trust.sh \
	tests/e2e/install.sh \
	tests/e2e/run.sh \
	tests/e2e/report.sh \
	tests/e2e/screen.sh \
	tests/e2e/demo.sh \
	tests/e2e/check.sh \
	tests/e2e/baseline.sh \
	tests/e2e/doctor.sh \
	tests/e2e/disk.sh \
	tests/e2e/exits.sh \
	tests/e2e/linpack.sh \
	tests/e2e/oltp.sh \
	tests/e2e/jbb.sh \
	tests/e2e/reach.sh \
	tests/e2e/reach_guests.sh \
	tests/e2e/web.sh \
	tests/e2e/kbuild.sh \
	tests/e2e/programs.sh \
	tests/e2e/container.sh \
	tests/e2e/network.sh tests/e2e/loss.sh tests/e2e/netem.sh \
	tests/e2e/interrupt.sh \
	tests/e2e/dashboard.sh tests/e2e/dashboard_ends.sh tests/e2e/replay.sh tests/e2e/planner.sh \
	tests/e2e/targets.sh \
	tests/e2e/kvm.sh \
	tests/e2e/shell.sh \
	tests/e2e/ordinary.sh \
	tests/e2e/signed.sh \
	tests/e2e/cgroup2.sh \
	tests/unit/jbb-books.sh \
	tests/unit/kernel-symbols.sh
# Programs or scripts for check-long only.
long_tests =
# Of the unit tests, those that write their golden files when VMTAX_GOLDEN_UPDATE is set.
golden_tests =
# What several tests have in common.
check_LIBRARIES =
# Programs (EXTRA_PROGRAMS) that the benchmarks need, and the scripts or programs that are run.
bench_programs =
benches =

# Unit tests: one program per file of tests, cmocka.
if HAVE_CMOCKA
# Those that mostly wait come first, and more run at once than there are processors (bootstrap).
timed_tests = tests/unit/test_terminal tests/unit/test_agent tests/unit/test_agent_slots \
	tests/unit/test_threads tests/unit/test_host tests/unit/test_session
# One that takes long begins early: what is left at the end has the machine to itself.
unit_tests = $(timed_tests) tests/unit/test_sizes
# What they make, fill and compare by hand.
check_LIBRARIES += tests/libfixtures.a
tests_libfixtures_a_SOURCES = \
	tests/fixture_board.c tests/fixture_board.h tests/fixture_machine.c tests/fixture_check.c \
	tests/fixture_plan.c tests/fixture_plan.h \
	tests/unit/fixture.c tests/unit/fixture.h \
	tests/unit/fixture_files.c tests/unit/fixture_files.h \
	tests/unit/fixture_kernel.c tests/unit/fixture_kernel.h \
	tests/unit/foreign.c tests/unit/foreign.h \
	tests/unit/golden.c tests/unit/golden.h \
	tests/unit/journey.c tests/unit/journey.h \
	tests/unit/screens.c tests/unit/screens.h \
	tests/unit/written.c tests/unit/written.h tests/unit/unit.h
tests_libfixtures_a_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS) $(ARCHIVE_CFLAGS) \
	-DGOLDEN_DIR='"$(abs_top_srcdir)/tests/golden"' -DPAPER_JSON='"$(abs_top_srcdir)/data/paper.json"'
include tests/ui.mk
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

unit_tests += tests/unit/test_xalloc
tests_unit_test_xalloc_SOURCES = tests/unit/test_xalloc.c tests/unit/unit.h
tests_unit_test_xalloc_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_xalloc_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)

unit_tests += tests/unit/test_histogram
tests_unit_test_histogram_SOURCES = tests/unit/test_histogram.c tests/unit/unit.h
tests_unit_test_histogram_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_histogram_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_result
tests_unit_test_result_SOURCES = tests/unit/test_result.c tests/unit/unit.h
tests_unit_test_result_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_result_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

tests_unit_test_session_SOURCES = tests/unit/test_session.c tests/unit/unit.h
tests_unit_test_session_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_session_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_room
tests_unit_test_room_SOURCES = tests/unit/test_room.c tests/unit/unit.h
tests_unit_test_room_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_room_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)

unit_tests += tests/unit/test_place
tests_unit_test_place_SOURCES = tests/unit/test_place.c tests/unit/unit.h
tests_unit_test_place_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_place_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_guest_address
tests_unit_test_guest_address_SOURCES = tests/unit/test_guest_address.c tests/unit/unit.h
tests_unit_test_guest_address_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_guest_address_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_run
tests_unit_test_run_SOURCES = tests/unit/test_run.c tests/unit/unit.h
tests_unit_test_run_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_run_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_plan
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/unit/unit.h
tests_unit_test_plan_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_plan_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_setup
tests_unit_test_setup_SOURCES = tests/unit/test_setup.c tests/unit/unit.h
tests_unit_test_setup_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_setup_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) $(STATGRAB_LIBS) -lm

unit_tests += tests/unit/test_console
tests_unit_test_console_SOURCES = tests/unit/test_console.c tests/unit/unit.h workloads/agent/console.c
tests_unit_test_console_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_console_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_qemu
tests_unit_test_qemu_SOURCES = tests/unit/test_qemu.c tests/unit/unit.h workloads/agent/boot.c
tests_unit_test_qemu_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_qemu_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_boot_watch
tests_unit_test_boot_watch_SOURCES = tests/unit/test_boot_watch.c tests/unit/unit.h
tests_unit_test_boot_watch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_boot_watch_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)

unit_tests += tests/unit/test_xen
tests_unit_test_xen_SOURCES = tests/unit/test_xen.c tests/unit/unit.h workloads/agent/boot.c
tests_unit_test_xen_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_xen_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_kvm_health
tests_unit_test_kvm_health_SOURCES = tests/unit/test_kvm_health.c tests/unit/unit.h
tests_unit_test_kvm_health_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kvm_health_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_option
tests_unit_test_option_SOURCES = tests/unit/test_option.c tests/unit/unit.h
tests_unit_test_option_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_option_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_clock
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c tests/unit/unit.h
tests_unit_test_clock_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_clock_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_protocol
tests_unit_test_protocol_SOURCES = tests/unit/test_protocol.c tests/unit/unit.h
tests_unit_test_protocol_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_protocol_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_text
tests_unit_test_text_SOURCES = tests/unit/test_text.c tests/unit/unit.h
tests_unit_test_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_text_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_sha256
tests_unit_test_sha256_SOURCES = tests/unit/test_sha256.c tests/unit/unit.h
tests_unit_test_sha256_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sha256_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_catalog
tests_unit_test_catalog_SOURCES = tests/unit/test_catalog.c tests/unit/unit.h
tests_unit_test_catalog_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_catalog_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_coretype
tests_unit_test_coretype_SOURCES = tests/unit/test_coretype.c tests/unit/unit.h
tests_unit_test_coretype_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_coretype_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)

unit_tests += tests/unit/test_linpack
tests_unit_test_linpack_SOURCES = tests/unit/test_linpack.c tests/unit/unit.h workloads/agent/work.c \
	workloads/payload/dense.c workloads/payload/dense.h
tests_unit_test_linpack_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_linpack_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_jbb
tests_unit_test_jbb_SOURCES = tests/unit/test_jbb.c tests/unit/unit.h workloads/jbb/answer.c
tests_unit_test_jbb_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_jbb_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_web
tests_unit_test_web_SOURCES = tests/unit/test_web.c tests/unit/unit.h workloads/agent/work.c
tests_unit_test_web_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_web_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_kernels
tests_unit_test_kernels_SOURCES = tests/unit/test_kernels.c tests/unit/unit.h workloads/agent/work.c
tests_unit_test_kernels_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kernels_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_programs
tests_unit_test_programs_SOURCES = tests/unit/test_programs.c tests/unit/unit.h workloads/agent/work.c
tests_unit_test_programs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_programs_CPPFLAGS = $(AM_CPPFLAGS) -DSOURCE_MAN='"$(abs_top_srcdir)/man"'
tests_unit_test_programs_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_wire
tests_unit_test_wire_SOURCES = tests/unit/test_wire.c tests/unit/unit.h workloads/agent/work.c
tests_unit_test_wire_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_wire_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_request
tests_unit_test_request_SOURCES = tests/unit/test_request.c tests/unit/unit.h \
	workloads/agent/request.c workloads/agent/request.h workloads/agent/work.c
tests_unit_test_request_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_request_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_timed_math
tests_unit_test_timed_math_SOURCES = tests/unit/test_timed_math.c tests/unit/unit.h
tests_unit_test_timed_math_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_timed_math_LDADD = $(CMOCKA_LIBS) -lm
$(tests_unit_test_timed_math_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

# Has the programs' files inside, with the kernels' flags.
unit_tests += tests/unit/test_cfp_a
tests_unit_test_cfp_a_SOURCES = tests/unit/test_cfp_a.c tests/unit/unit.h tests/unit/cfp/cases.h \
	tests/unit/cfp/implicit.c tests/unit/cfp/scf.c tests/unit/cfp/lattice.c tests/unit/cfp/mhd.c \
	tests/unit/cfp/water.c tests/unit/cfp/relativity.c tests/unit/cfp/euler.c \
	tests/unit/cfp/atoms.c tests/unit/cfp/fem.c
tests_unit_test_cfp_a_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cfp_a_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm
$(tests_unit_test_cfp_a_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

# Has the programs' files inside, with the kernels' flags.
unit_tests += tests/unit/test_cfp_b
tests_unit_test_cfp_b_SOURCES = tests/unit/test_cfp_b.c tests/unit/unit.h
tests_unit_test_cfp_b_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cfp_b_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm
$(tests_unit_test_cfp_b_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

unit_tests += tests/unit/test_tinyvm
tests_unit_test_tinyvm_SOURCES = tests/unit/test_tinyvm.c tests/unit/unit.h
tests_unit_test_tinyvm_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_tinyvm_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

# Has the kernels' files inside, with the kernels' flags.
unit_tests += tests/unit/test_kernel_faults
tests_unit_test_kernel_faults_SOURCES = tests/unit/test_kernel_faults.c tests/unit/unit.h workloads/agent/work.c
tests_unit_test_kernel_faults_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kernel_faults_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm
$(tests_unit_test_kernel_faults_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

# Likewise: the first six programs of figure 1.
unit_tests += tests/unit/test_cint_a
tests_unit_test_cint_a_SOURCES = tests/unit/test_cint_a.c tests/unit/unit.h workloads/agent/work.c
tests_unit_test_cint_a_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cint_a_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm
$(tests_unit_test_cint_a_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

# Likewise: the last six programs of figure 1.
unit_tests += tests/unit/test_cint_b
tests_unit_test_cint_b_SOURCES = tests/unit/test_cint_b.c tests/unit/unit.h workloads/agent/work.c
tests_unit_test_cint_b_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cint_b_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm
$(tests_unit_test_cint_b_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

unit_tests += tests/unit/test_stats
tests_unit_test_stats_SOURCES = tests/unit/test_stats.c tests/unit/unit.h
tests_unit_test_stats_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stats_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_method
tests_unit_test_method_SOURCES = tests/unit/test_method.c tests/unit/unit.h
tests_unit_test_method_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_method_CPPFLAGS = $(AM_CPPFLAGS) -DSOURCE_MAN='"$(abs_top_srcdir)/man"'
tests_unit_test_method_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_store
store_fixture = tests/unit/same_result.c tests/unit/same_result.h tests/unit/unit.h
tests_unit_test_store_SOURCES = tests/unit/test_store.c $(store_fixture)
tests_unit_test_store_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_store_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_store_json
tests_unit_test_store_json_SOURCES = tests/unit/test_store_json.c $(store_fixture)
tests_unit_test_store_json_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_store_json_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_scratch
tests_unit_test_scratch_SOURCES = tests/unit/test_scratch.c tests/unit/unit.h
tests_unit_test_scratch_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_scratch_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_baseline
tests_unit_test_baseline_SOURCES = tests/unit/test_baseline.c tests/unit/unit.h
tests_unit_test_baseline_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_baseline_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_compare
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c tests/unit/unit.h
tests_unit_test_compare_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_compare_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_check_forms
golden_tests += tests/unit/test_check_forms
EXTRA_DIST += tests/unit/markdown.py
tests_unit_test_check_forms_SOURCES = tests/unit/test_check_forms.c tests/unit/unit.h
tests_unit_test_check_forms_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_check_forms_CPPFLAGS = $(AM_CPPFLAGS) -DSOURCE_DATA='"$(abs_top_srcdir)/data"' \
	-DSOURCE_TESTS='"$(abs_top_srcdir)/tests/unit"'
tests_unit_test_check_forms_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_check
tests_unit_test_check_SOURCES = tests/unit/test_check.c tests/unit/unit.h
tests_unit_test_check_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_check_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) $(STATGRAB_LIBS) -lm

unit_tests += tests/unit/test_check_run
tests_unit_test_check_run_SOURCES = tests/unit/test_check_run.c tests/unit/unit.h
tests_unit_test_check_run_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_check_run_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) $(STATGRAB_LIBS) -lm

unit_tests += tests/unit/test_overlay
tests_unit_test_overlay_SOURCES = tests/unit/test_overlay.c tests/unit/unit.h
tests_unit_test_overlay_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_overlay_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_paper
tests_unit_test_paper_SOURCES = tests/unit/test_paper.c tests/unit/unit.h
tests_unit_test_paper_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_paper_CPPFLAGS = $(AM_CPPFLAGS) -DSOURCE_DATA='"$(abs_top_srcdir)/data"'
tests_unit_test_paper_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c tests/unit/unit.h
tests_unit_test_report_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_report_LDADD = tests/libfixtures.a libui.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_report_text
tests_unit_test_report_text_SOURCES = tests/unit/test_report_text.c tests/unit/unit.h
tests_unit_test_report_text_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_text_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_report_csv
tests_unit_test_report_csv_SOURCES = tests/unit/test_report_csv.c tests/unit/unit.h
tests_unit_test_report_csv_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_csv_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_report_markdown
tests_unit_test_report_markdown_SOURCES = tests/unit/test_report_markdown.c tests/unit/unit.h
tests_unit_test_report_markdown_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_markdown_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_export
golden_tests += tests/unit/test_export
EXTRA_DIST += tests/unit/junit.xsd
tests_unit_test_export_SOURCES = tests/unit/test_export.c tests/unit/unit.h
tests_unit_test_export_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_export_CPPFLAGS = $(AM_CPPFLAGS) -DSOURCE_DATA='"$(abs_top_srcdir)/data"' \
	-DSOURCE_TESTS='"$(abs_top_srcdir)/tests/unit"'
tests_unit_test_export_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_fingerprint
tests_unit_test_fingerprint_SOURCES = tests/unit/test_fingerprint.c tests/unit/unit.h
tests_unit_test_fingerprint_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_fingerprint_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

tests_unit_test_host_SOURCES = tests/unit/test_host.c tests/unit/unit.h
tests_unit_test_host_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_host_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) $(STATGRAB_LIBS) -lm

unit_tests += tests/unit/test_board
tests_unit_test_board_SOURCES = tests/unit/test_board.c tests/unit/unit.h
tests_unit_test_board_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_board_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_analysis
tests_unit_test_analysis_SOURCES = tests/unit/test_analysis.c tests/unit/handmade.c tests/unit/handmade.h tests/unit/unit.h
tests_unit_test_analysis_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_analysis_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_analysis_summary
tests_unit_test_analysis_summary_SOURCES = tests/unit/test_analysis_summary.c tests/unit/handmade.c \
	tests/unit/handmade.h tests/unit/unit.h
tests_unit_test_analysis_summary_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_analysis_summary_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_score
tests_unit_test_score_SOURCES = tests/unit/test_score.c tests/unit/handmade.c \
	tests/unit/handmade.h tests/unit/unit.h
tests_unit_test_score_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_score_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_ledger
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c tests/unit/unit.h
tests_unit_test_ledger_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ledger_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_ledger_file
tests_unit_test_ledger_file_SOURCES = tests/unit/test_ledger_file.c tests/unit/unit.h
tests_unit_test_ledger_file_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_ledger_file_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_forward
tests_unit_test_forward_SOURCES = tests/unit/test_forward.c tests/unit/unit.h tests/bench/peer.c tests/bench/peer.h
tests_unit_test_forward_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_forward_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_tree
tests_unit_test_tree_SOURCES = tests/unit/test_tree.c tests/unit/unit.h workloads/kbuild/tar.c
tests_unit_test_tree_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_tree_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_spec
tests_unit_test_spec_SOURCES = tests/unit/test_spec.c tests/unit/unit.h workloads/spec/result.c
tests_unit_test_spec_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_spec_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_sysbench
tests_unit_test_sysbench_SOURCES = tests/unit/test_sysbench.c tests/unit/unit.h \
	workloads/database/sysbench_output.c workloads/database/greeting.c
tests_unit_test_sysbench_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_sysbench_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_cache
tests_unit_test_cache_SOURCES = tests/unit/test_cache.c tests/unit/unit.h
tests_unit_test_cache_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_cache_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_modules
tests_unit_test_modules_SOURCES = tests/unit/test_modules.c tests/unit/unit.h
tests_unit_test_modules_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_modules_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_kernel
tests_unit_test_kernel_SOURCES = tests/unit/test_kernel.c tests/unit/unit.h
tests_unit_test_kernel_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_kernel_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_initramfs
tests_unit_test_initramfs_SOURCES = tests/unit/test_initramfs.c tests/unit/unit.h
tests_unit_test_initramfs_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(ARCHIVE_CFLAGS)
tests_unit_test_initramfs_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_target
tests_unit_test_target_SOURCES = tests/unit/test_target.c tests/unit/unit.h
tests_unit_test_target_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_CONTAINER='"$(abs_top_builddir)/vmtax-container"'
tests_unit_test_target_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_target_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_reach
tests_unit_test_reach_SOURCES = tests/unit/test_reach.c tests/unit/unit.h
tests_unit_test_reach_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_reach_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_stager
tests_unit_test_stager_SOURCES = tests/unit/test_stager.c tests/unit/unit.h
tests_unit_test_stager_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_stager_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_qmp_message
tests_unit_test_qmp_message_SOURCES = tests/unit/test_qmp_message.c tests/unit/unit.h
tests_unit_test_qmp_message_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_qmp_message_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

qmp_peer = tests/unit/qmp_peer.c tests/unit/qmp_peer.h tests/unit/unit.h
unit_tests += tests/unit/test_qmp
tests_unit_test_qmp_SOURCES = tests/unit/test_qmp.c $(qmp_peer)
tests_unit_test_qmp_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_qmp_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_qmp_hostile
tests_unit_test_qmp_hostile_SOURCES = tests/unit/test_qmp_hostile.c $(qmp_peer)
tests_unit_test_qmp_hostile_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_qmp_hostile_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_qmp_real
tests_unit_test_qmp_real_SOURCES = tests/unit/test_qmp_real.c $(qmp_peer)
tests_unit_test_qmp_real_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_qmp_real_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_counters
tests_unit_test_counters_SOURCES = tests/unit/test_counters.c tests/unit/unit.h
tests_unit_test_counters_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_counters_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)

unit_tests += tests/unit/test_cgroup_place
tests_unit_test_cgroup_place_SOURCES = tests/unit/test_cgroup_place.c tests/unit/unit.h
tests_unit_test_cgroup_place_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_cgroup_place_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_blockdev
tests_unit_test_blockdev_SOURCES = tests/unit/test_blockdev.c tests/unit/unit.h
tests_unit_test_blockdev_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_blockdev_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_cost_reading
tests_unit_test_cost_reading_SOURCES = tests/unit/test_cost_reading.c tests/unit/unit.h
tests_unit_test_cost_reading_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cost_reading_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_cost
tests_unit_test_cost_SOURCES = tests/unit/test_cost.c tests/unit/unit.h
tests_unit_test_cost_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_cost_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_openvz
tests_unit_test_openvz_SOURCES = tests/unit/test_openvz.c tests/unit/unit.h
tests_unit_test_openvz_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_openvz_LDADD = tests/libfixtures.a libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_kvm_stats
tests_unit_test_kvm_stats_SOURCES = tests/unit/test_kvm_stats.c tests/unit/unit.h
tests_unit_test_kvm_stats_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(CJSON_CFLAGS)
tests_unit_test_kvm_stats_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_kvm_probe
tests_unit_test_kvm_probe_SOURCES = tests/unit/test_kvm_probe.c tests/unit/unit.h
tests_unit_test_kvm_probe_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_kvm_probe_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

unit_tests += tests/unit/test_disk
tests_unit_test_disk_SOURCES = tests/unit/test_disk.c tests/unit/unit.h
tests_unit_test_disk_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_disk_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS) -lm

tests_unit_test_threads_SOURCES = tests/unit/test_threads.c tests/unit/unit.h
tests_unit_test_threads_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_threads_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)

# The agent again, with kernels that misbehave (tests/unit/strange_kernels.c).
check_PROGRAMS += tests/unit/strange-agent
tests_unit_strange_agent_SOURCES = tests/unit/strange_kernels.c $(vmtax_agent_SOURCES) \
	workloads/remove.c
tests_unit_strange_agent_CFLAGS = $(AM_CFLAGS) -fPIE
tests_unit_strange_agent_LDFLAGS = $(AM_LDFLAGS) $(AGENT_LDFLAGS)
tests_unit_strange_agent_LDADD = -lm

agent_peer = tests/unit/agent_peer.c tests/unit/agent_peer.h tests/unit/unit.h
agent_paths = -DTEST_AGENT='"$(abs_top_builddir)/vmtax-agent"' \
	-DSTRANGE_AGENT='"$(abs_top_builddir)/tests/unit/strange-agent"'
if SANITIZED
agent_paths += -DTEST_SANITIZED
endif
tests_unit_test_agent_SOURCES = tests/unit/test_agent.c $(agent_peer)
tests_unit_test_agent_CPPFLAGS = $(AM_CPPFLAGS) $(agent_paths)
tests_unit_test_agent_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_agent_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_agent_slots_SOURCES = tests/unit/test_agent_slots.c $(agent_peer)
tests_unit_test_agent_slots_CPPFLAGS = $(AM_CPPFLAGS) $(agent_paths)
tests_unit_test_agent_slots_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_agent_slots_LDADD = libvmtax.a $(ENGINE_LIBS) $(CMOCKA_LIBS)
endif

# Are the promises of the statistical method kept? By simulation: short here, whole in check-long.
check_PROGRAMS += tests/sim_coverage
TESTS += tests/sim_coverage
tests_sim_coverage_SOURCES = tests/sim_coverage.c tests/sim_random.h
tests_sim_coverage_CFLAGS = $(AM_CFLAGS)
tests_sim_coverage_LDADD = libvmtax.a $(ENGINE_LIBS) -lm
long_tests += tests/sim_coverage_long.sh
EXTRA_DIST += tests/sim_coverage_long.sh
# The same of a check against a baseline.
check_PROGRAMS += tests/sim_check
TESTS += tests/sim_check
tests_sim_check_SOURCES = tests/sim_check.c tests/sim_random.h
tests_sim_check_CFLAGS = $(AM_CFLAGS)
tests_sim_check_LDADD = libvmtax.a $(ENGINE_LIBS) -lm
long_tests += tests/sim_check_long.sh
EXTRA_DIST += tests/sim_check_long.sh
# The same on this machine, of sessions that are measured; hours, of a machine with nothing else to do.
check_PROGRAMS += tests/acceptance
tests_acceptance_SOURCES = tests/acceptance.c
tests_acceptance_CFLAGS = $(AM_CFLAGS)
tests_acceptance_LDADD = libvmtax.a $(ENGINE_LIBS) -lm
long_tests += tests/acceptance_long.sh
EXTRA_DIST += tests/acceptance.sh tests/acceptance_long.sh tests/shim.py
# Starts, holds and stops targets for tests/e2e/targets.sh.
check_PROGRAMS += tests/e2e/targets_tool
tests_e2e_targets_tool_SOURCES = tests/e2e/targets_tool.c
tests_e2e_targets_tool_CFLAGS = $(AM_CFLAGS)
tests_e2e_targets_tool_LDADD = libvmtax.a $(ENGINE_LIBS)

# A real KVM in an emulated machine.
long_tests += tests/e2e/nested_kvm.sh
EXTRA_DIST += tests/e2e/nested_kvm.sh tests/e2e/machine.sh

# What can go wrong with a machine.
long_tests += tests/e2e/machine_faults.sh
EXTRA_DIST += tests/e2e/machine_faults.sh

# The servers in a virtual machine.
long_tests += tests/e2e/servers_long.sh
EXTRA_DIST += tests/e2e/servers_long.sh

# What can go wrong with everything else: a table of faults.
fault_tests = tests/faults/faults.sh tests/faults/hostile_guest.sh
long_tests += $(fault_tests)
EXTRA_DIST += $(fault_tests) tests/faults/table tests/faults/liar.py tests/faults/terminal.py

# The page for developers says how to add a workload, a target, a panel, a report: does that build?
long_tests += tests/architecture_long.sh
EXTRA_DIST += tests/architecture_long.sh

# Two releases, made at different times with different rights, are one.
long_tests += tests/dist_long.sh
EXTRA_DIST += tests/dist_long.sh

# Machines of other sizes, with other control groups.
long_tests += tests/e2e/scale_long.sh
EXTRA_DIST += tests/e2e/scale_long.sh

# The Debian packages, on each release.
long_tests += tests/debian_long.sh
EXTRA_DIST += tests/debian_long.sh

# The RPM package, of this machine's libraries.
long_tests += tests/rpm_long.sh
EXTRA_DIST += tests/rpm_long.sh

# Every disk and network row in a container and an emulated machine.
long_tests += tests/e2e/io_long.sh
EXTRA_DIST += tests/e2e/io_long.sh
long_tests += tests/e2e/check_long.sh
EXTRA_DIST += tests/e2e/check_long.sh

# What can go wrong with a network.
long_tests += tests/e2e/network_faults.sh
EXTRA_DIST += tests/e2e/network_faults.sh tests/e2e/inside.sh

# A double of vzctl runs the agent; a dozen runs.
long_tests += tests/e2e/openvz.sh
EXTRA_DIST += tests/e2e/openvz.sh

# SPEC's suite by a double of its tools; LINPACK in an emulated machine.
long_tests += tests/e2e/spec.sh tests/e2e/linpack_guest.sh
EXTRA_DIST += tests/e2e/spec.sh tests/e2e/linpack_guest.sh

# Every program in a virtual machine.
long_tests += tests/e2e/programs_long.sh
EXTRA_DIST += tests/e2e/programs_long.sh

# Guests that are reached by a command: more rows, and a peer of theirs.
long_tests += tests/e2e/reach_long.sh tests/e2e/peer_long.sh
EXTRA_DIST += tests/e2e/reach_long.sh tests/e2e/peer_long.sh tests/e2e/sshd.sh tests/e2e/tree.sh

# The playbooks of examples/fleet on machines that are network namespaces.
long_tests += tests/e2e/fleet_long.sh
EXTRA_DIST += tests/e2e/fleet_long.sh examples/fleet/inventory.ini examples/fleet/record.yml \
	examples/fleet/check.yml

# Prometheus' own parser of what is written for it.
long_tests += tests/e2e/promtool_long.sh
EXTRA_DIST += tests/e2e/promtool_long.sh

# A real kernel's compilation, natively, in a container and in an emulated machine.
long_tests += tests/e2e/kbuild_long.sh
EXTRA_DIST += tests/e2e/kbuild_long.sh

# A KVM of no use: a double of QEMU, and how it is noticed.
long_tests += tests/e2e/useless_kvm.sh
EXTRA_DIST += tests/e2e/useless_kvm.sh tests/e2e/fake_qemu tests/e2e/fake_spec

# Domains of a real Xen, whose dom0 is emulated.
long_tests += tests/xen/xen.sh
EXTRA_DIST += tests/xen/xen.sh tests/xen/dom0.sh tests/xen/image tests/xen/dom0_init tests/xen/dom0_initramfs

include tests/fuzz/local.mk

# For shell tests: what stands at a path of a JSON document.
check_PROGRAMS += tests/e2e/jsonpath
tests_e2e_jsonpath_SOURCES = tests/e2e/jsonpath.c
tests_e2e_jsonpath_CFLAGS = $(AM_CFLAGS) $(CJSON_CFLAGS)
tests_e2e_jsonpath_LDADD = $(CJSON_LIBS)

dist_noinst_SCRIPTS += tests/skipped
EXTRA_DIST += tests/e2e/lib.sh tests/e2e/schema.py tests/environment tests/doubles/vzctl $(e2e_tests)
TESTS += $(e2e_tests)

# A locale with a comma for the decimal point, for the tests that numbers do not follow it. Where the
# system has no definitions (Debian: package locales) those tests say that they are skipped.
check_DATA = tests/locale/made
tests/locale/made:
	@$(MKDIR_P) tests/locale
	localedef -i de_DE -f UTF-8 $(abs_builddir)/tests/locale/de_DE.UTF-8 >$@.log 2>&1 || :
	@mv $@.log $@

# With -j unit tests run beside each other; after them, one at a time, what starts targets: each log then
# wants the one before it, of those that are asked for.
alone = $(filter tests/e2e/%.log $(long_tests:.sh=.log),$(TEST_LOGS))
before := $(filter-out $(alone),$(TEST_LOGS))
$(foreach log,$(alone),$(eval $(log): | $(before))$(eval before := $(log)))

# After the tests, whatever -j says.
check-local: check-TESTS
	@$(SHELL) $(srcdir)/tests/skipped '$(have_cmocka)' $(TEST_LOGS:.log=.trs)

check-long: all
	$(MAKE) $(AM_MAKEFLAGS) $(check_PROGRAMS)
	@status=0; \
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(long_tests)' TEST_SUITE_LOG=tests/long.log || status=$$?; \
	$(MAKE) $(AM_MAKEFLAGS) fuzz || status=$$?; \
	$(SHELL) $(srcdir)/tests/skipped yes $(long_tests:.sh=.trs); exit $$status

check-xen: all
	$(MAKE) $(AM_MAKEFLAGS) tests/e2e/jsonpath$(EXEEXT)
	SHORT='$(SHORT)' $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS=tests/xen/xen.sh TEST_SUITE_LOG=tests/xen.log

check-faults: all
	$(MAKE) $(AM_MAKEFLAGS) tests/e2e/jsonpath
	$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(fault_tests)' TEST_SUITE_LOG=tests/faults.log

faults-update: all
	$(MAKE) $(AM_MAKEFLAGS) tests/e2e/jsonpath
	@$(AM_TESTS_ENVIRONMENT) VMTAX_FAULTS_UPDATE=1 $(SHELL) '$(srcdir)/tests/faults/faults.sh' $(if $(FAULTS),'$(FAULTS)')

# A build with a sanitizer beside this one, from the same sources. Without --enable-werror: gcc warns of
# things that are not there when it instruments. SHORT=yes is for who has half an hour for all builds:
# without the scripts of which a sanitizer sees least, what foreign programs and guests do, and of
# ThreadSanitizer's only what has threads.
plain_tests = tests/e2e/completion.sh tests/e2e/schema.sh tests/e2e/trust.sh tests/e2e/programs.sh tests/e2e/kbuild.sh \
	tests/e2e/shell.sh tests/e2e/ordinary.sh tests/e2e/signed.sh tests/e2e/cgroup2.sh \
	tests/e2e/manual.sh tests/e2e/install.sh tests/e2e/report.sh tests/e2e/linpack.sh tests/e2e/exits.sh \
	tests/e2e/doctor.sh tests/e2e/screen.sh \
	tests/e2e/check.sh tests/e2e/baseline.sh tests/e2e/oltp.sh tests/e2e/jbb.sh tests/e2e/web.sh tests/e2e/targets.sh \
	tests/e2e/reach.sh tests/e2e/reach_guests.sh tests/e2e/kvm.sh tests/unit/kernel-symbols.sh tests/unit/jbb-books.sh
asan_short = $(filter-out $(plain_tests),$(TESTS))
tsan_short = tests/unit/test_place tests/unit/test_board tests/unit/test_writer tests/unit/test_target \
	tests/unit/test_ledger tests/unit/test_cache tests/unit/test_qmp tests/unit/test_qmp_hostile \
	tests/unit/test_qmp_real tests/unit/test_kernels tests/unit/test_web tests/unit/test_recording \
	$(timed_tests) tests/e2e/interrupt.sh tests/e2e/dashboard.sh
sanitized = $(if $(SHORT),$($(1)_short),$(TESTS))
build-asan build-tsan: $(am__configure_deps)
	@kind=`echo $@ | sed 's/build-//'`; $(MKDIR_P) $$kind; cd $$kind || exit 1; \
	test -f Makefile || $(abs_top_srcdir)/configure --silent --enable-$$kind \
		CC='$(CC)' CFLAGS='-g1 -O1' LXC_CFLAGS='$(LXC_CFLAGS)' LXC_LIBS='$(LXC_LIBS)' \
		$(lxc_option) || exit 1; \
	$(MAKE) $(AM_MAKEFLAGS) all >/dev/null && \
	$(MAKE) $(AM_MAKEFLAGS) $(check_DATA) $(filter-out $(unit_tests),$(check_PROGRAMS)) \
		$(filter $(check_PROGRAMS),$(call sanitized,$(subst build-,,$@))) >/dev/null
check-asan: build-asan
	@cd asan && $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(call sanitized,asan)'
check-tsan: build-tsan
	@cd tsan && $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(call sanitized,tsan)'
# For a build that is one with AddressSanitizer already: what check-asan takes with SHORT=yes.
check-short:
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(asan_short)'

golden-update: all
	$(MAKE) $(AM_MAKEFLAGS) $(golden_tests)
	VMTAX_GOLDEN_UPDATE=1 $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS='$(golden_tests)' \
		TEST_SUITE_LOG=tests/golden.log

# Kernels against their peers. The loops are compiled with the kernels' flags and for this processor.
EXTRA_LIBRARIES = tests/bench/libplain.a tests/bench/libnative.a
CLEANFILES += tests/bench/bench_sys tests/bench/bench_memory $(EXTRA_LIBRARIES)
tests_bench_libplain_a_SOURCES = tests/bench/loops.c tests/bench/loops.h
tests_bench_libplain_a_CPPFLAGS = $(AM_CPPFLAGS) -DBUILD=plain
$(tests_bench_libplain_a_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)
tests_bench_libnative_a_SOURCES = tests/bench/loops.c tests/bench/loops.h
tests_bench_libnative_a_CPPFLAGS = $(AM_CPPFLAGS) -DBUILD=native
$(tests_bench_libnative_a_OBJECTS): CFLAGS = -O3 -march=native

EXTRA_PROGRAMS += tests/bench/bench_web
bench_programs += tests/bench/bench_web
benches += tests/bench/bench_web
CLEANFILES += tests/bench/bench_web
tests_bench_bench_web_SOURCES = tests/bench/bench_web.c tests/bench/compare.c tests/bench/compare.h \
	tests/bench/scratch.c tests/bench/scratch.h workloads/agent/work.c
tests_bench_bench_web_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/bench_fio
bench_programs += tests/bench/bench_fio
benches += tests/bench/bench_fio
CLEANFILES += tests/bench/bench_fio
tests_bench_bench_fio_SOURCES = tests/bench/bench_fio.c tests/bench/compare.c tests/bench/compare.h \
	tests/bench/peer.c tests/bench/peer.h tests/bench/scratch.c tests/bench/scratch.h workloads/agent/work.c
tests_bench_bench_fio_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/bench_iperf3
bench_programs += tests/bench/bench_iperf3
benches += tests/bench/bench_iperf3
CLEANFILES += tests/bench/bench_iperf3
tests_bench_bench_iperf3_SOURCES = tests/bench/bench_iperf3.c tests/bench/compare.c \
	tests/bench/compare.h tests/bench/peer.c tests/bench/peer.h workloads/agent/work.c
tests_bench_bench_iperf3_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) -lm

EXTRA_PROGRAMS += tests/bench/bench_sys tests/bench/bench_memory
bench_programs += tests/bench/bench_sys tests/bench/bench_memory
benches += tests/bench/aa.sh
long_tests += tests/bench/aa.sh
EXTRA_DIST += tests/bench/aa.sh tests/lsan.supp
benches += tests/bench/bench_sys tests/bench/bench_memory
tests_bench_bench_sys_SOURCES = tests/bench/bench_sys.c tests/bench/compare.c tests/bench/compare.h \
	workloads/agent/work.c
tests_bench_bench_sys_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) -lm
tests_bench_bench_memory_SOURCES = tests/bench/bench_memory.c tests/bench/compare.c \
	tests/bench/compare.h workloads/agent/work.c
tests_bench_bench_memory_LDADD = tests/bench/libplain.a tests/bench/libnative.a libkernels.a libvmtax.a $(ENGINE_LIBS) -lm
$(tests_bench_bench_memory_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

EXTRA_PROGRAMS += tests/bench/bench_observer
bench_programs += tests/bench/bench_observer
benches += tests/bench/bench_observer
tests_bench_bench_observer_SOURCES = tests/bench/bench_observer.c tests/bench/compare.c \
	tests/bench/compare.h tests/pty.c tests/pty.h workloads/agent/work.c
tests_bench_bench_observer_CFLAGS = $(AM_CFLAGS) -DUI_DEMO='"$(abs_builddir)/tests/ui_demo"'
tests_bench_bench_observer_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) -lm

# The stand-ins for SPEC's programs: one slot against the next.
EXTRA_PROGRAMS += tests/bench/bench_programs
bench_programs += tests/bench/bench_programs
benches += tests/bench/bench_programs
CLEANFILES += tests/bench/bench_programs
tests_bench_bench_programs_SOURCES = tests/bench/bench_programs.c tests/bench/compare.c \
	tests/bench/compare.h tests/bench/quiet.c tests/bench/quiet.h workloads/agent/work.c
tests_bench_bench_programs_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) -lm

# LINPACK against HPL.
EXTRA_PROGRAMS += tests/bench/bench_linpack
bench_programs += tests/bench/bench_linpack
benches += tests/bench/bench_linpack
CLEANFILES += tests/bench/bench_linpack
tests_bench_bench_linpack_SOURCES = tests/bench/bench_linpack.c tests/bench/compare.c \
	tests/bench/compare.h tests/bench/peer.c tests/bench/peer.h tests/bench/scratch.c tests/bench/scratch.h workloads/agent/work.c
tests_bench_bench_linpack_CFLAGS = $(AM_CFLAGS) -DBENCH_BUILD='"$(abs_top_builddir)"'
tests_bench_bench_linpack_LDADD = libkernels.a libvmtax.a $(ENGINE_LIBS) -lm

# The boot of a virtual machine against the least that one can be.
EXTRA_PROGRAMS += tests/bench/bench_boot tests/bench/bare_init
bench_programs += tests/bench/bench_boot tests/bench/bare_init
benches += tests/bench/bench_boot
tests_bench_bench_boot_SOURCES = tests/bench/bench_boot.c tests/bench/compare.c tests/bench/compare.h
tests_bench_bench_boot_CFLAGS = $(AM_CFLAGS) -DBENCH_BUILD='"$(abs_top_builddir)"'
tests_bench_bench_boot_LDADD = libvmtax.a $(ENGINE_LIBS) $(STATGRAB_LIBS) -lm
tests_bench_bare_init_SOURCES = tests/bench/bare_init.c
tests_bench_bare_init_CFLAGS = -std=gnu11 $(WARN_CFLAGS)
tests_bench_bare_init_LDFLAGS = -static
CLEANFILES += tests/bench/bench_boot tests/bench/bare_init

acceptance: all
	$(MAKE) $(AM_MAKEFLAGS) tests/acceptance
	@$(AM_TESTS_ENVIRONMENT) $(SHELL) '$(srcdir)/tests/acceptance.sh' $(ACCEPTANCE)

bench: all
	test -z '$(bench_programs)' || $(MAKE) $(AM_MAKEFLAGS) $(bench_programs)
	@$(AM_TESTS_ENVIRONMENT) failed=; missed=; for b in $(benches); do \
		test -f "$$b" || b='$(srcdir)'/$$b; \
		echo "== $$b"; "$$b"; \
		case $$? in \
		0) ;; \
		77) missed="$$missed $${b##*/}" ;; \
		*) failed="$$failed $${b##*/}" ;; \
		esac; \
	done; \
	test -z "$$missed" || echo "not measured, or not all:$$missed"; \
	test -z "$$failed" || { echo "failed:$$failed"; exit 1; }

# The tests' home (tests/environment), the sanitizers' builds, what Xen is booted from.
clean-local:
	rm -rf promtool tests/home tests/locale tests/cache asan tsan fuzz xen

.PHONY: check-long check-xen check-faults faults-update build-asan build-tsan check-asan check-tsan check-short golden-update bench acceptance
