# Fuzz targets, one a file, linked from the same objects as the programs. Included by tests/local.mk.
#
# In an ordinary build replay.c gives each of them its seeds and whatever once was a fault; that is a
# test of `make check`. `make fuzz` builds them with libFuzzer (clang), AddressSanitizer and UBSan in
# fuzz/ and runs each for FUZZ_SECONDS (60), or those of FUZZ_TARGETS alone.
if FUZZING
fuzz_engine =
fuzz_ldflags = $(AM_LDFLAGS) -fsanitize=fuzzer
else
fuzz_engine = tests/fuzz/libreplay.a
fuzz_ldflags = $(AM_LDFLAGS)
endif
check_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz.h

fuzz_targets =
fuzz_libs = $(fuzz_engine) libvmtax.a $(ENGINE_LIBS) -lm
fuzz_ui_libs = $(fuzz_engine) libui.a libvmtax.a $(ENGINE_LIBS) $(NCURSES_LIBS) -lm
fuzz_agent_libs = $(fuzz_engine) libkernels.a libvmtax.a $(ENGINE_LIBS) -lm

fuzz_targets += tests/fuzz/fuzz_record
tests_fuzz_fuzz_record_SOURCES = tests/fuzz/fuzz_record.c
tests_fuzz_fuzz_record_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_record_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_session
tests_fuzz_fuzz_session_SOURCES = tests/fuzz/fuzz_session.c
tests_fuzz_fuzz_session_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_session_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_request
tests_fuzz_fuzz_request_SOURCES = tests/fuzz/fuzz_request.c \
	workloads/agent/request.c workloads/agent/work.c
tests_fuzz_fuzz_request_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_request_LDADD = $(fuzz_agent_libs)

fuzz_targets += tests/fuzz/fuzz_qmp
tests_fuzz_fuzz_qmp_SOURCES = tests/fuzz/fuzz_qmp.c
tests_fuzz_fuzz_qmp_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_qmp_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_qemu
tests_fuzz_fuzz_qemu_SOURCES = tests/fuzz/fuzz_qemu.c
tests_fuzz_fuzz_qemu_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_qemu_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_result
tests_fuzz_fuzz_result_SOURCES = tests/fuzz/fuzz_result.c
tests_fuzz_fuzz_result_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_result_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_baseline
tests_fuzz_fuzz_baseline_SOURCES = tests/fuzz/fuzz_baseline.c
tests_fuzz_fuzz_baseline_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_baseline_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_baseline_file
tests_fuzz_fuzz_baseline_file_SOURCES = tests/fuzz/fuzz_baseline_file.c
tests_fuzz_fuzz_baseline_file_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_baseline_file_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_screen
tests_fuzz_fuzz_screen_SOURCES = tests/fuzz/fuzz_screen.c
tests_fuzz_fuzz_screen_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_screen_LDADD = $(fuzz_ui_libs)

fuzz_targets += tests/fuzz/fuzz_theme
tests_fuzz_fuzz_theme_SOURCES = tests/fuzz/fuzz_theme.c
tests_fuzz_fuzz_theme_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_theme_LDADD = $(fuzz_ui_libs)

fuzz_targets += tests/fuzz/fuzz_conf
tests_fuzz_fuzz_conf_SOURCES = tests/fuzz/fuzz_conf.c
tests_fuzz_fuzz_conf_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_conf_LDADD = $(fuzz_ui_libs)

fuzz_targets += tests/fuzz/fuzz_terminal
tests_fuzz_fuzz_terminal_SOURCES = tests/fuzz/fuzz_terminal.c \
	tests/fixture_board.c tests/fixture_machine.c tests/fixture_check.c tests/fixture_board.h
tests_fuzz_fuzz_terminal_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_terminal_LDADD = $(fuzz_ui_libs)

fuzz_targets += tests/fuzz/fuzz_modules
tests_fuzz_fuzz_modules_SOURCES = tests/fuzz/fuzz_modules.c
tests_fuzz_fuzz_modules_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_modules_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_kernel
tests_fuzz_fuzz_kernel_SOURCES = tests/fuzz/fuzz_kernel.c
tests_fuzz_fuzz_kernel_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_kernel_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_spec
tests_fuzz_fuzz_spec_SOURCES = tests/fuzz/fuzz_spec.c workloads/spec/result.c
tests_fuzz_fuzz_spec_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_spec_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_sysbench
tests_fuzz_fuzz_sysbench_SOURCES = tests/fuzz/fuzz_sysbench.c \
	workloads/database/sysbench_output.c workloads/database/greeting.c
tests_fuzz_fuzz_sysbench_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_sysbench_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_jbb
tests_fuzz_fuzz_jbb_SOURCES = tests/fuzz/fuzz_jbb.c workloads/jbb/answer.c
tests_fuzz_fuzz_jbb_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_jbb_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_response
tests_fuzz_fuzz_response_SOURCES = tests/fuzz/fuzz_response.c workloads/agent/work.c
tests_fuzz_fuzz_response_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_response_LDADD = $(fuzz_agent_libs)

fuzz_targets += tests/fuzz/fuzz_recording
tests_fuzz_fuzz_recording_SOURCES = tests/fuzz/fuzz_recording.c
tests_fuzz_fuzz_recording_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_recording_LDADD = $(fuzz_ui_libs)

fuzz_targets += tests/fuzz/fuzz_stager
tests_fuzz_fuzz_stager_SOURCES = tests/fuzz/fuzz_stager.c
tests_fuzz_fuzz_stager_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_stager_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_paper
tests_fuzz_fuzz_paper_SOURCES = tests/fuzz/fuzz_paper.c
tests_fuzz_fuzz_paper_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_paper_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_xl
tests_fuzz_fuzz_xl_SOURCES = tests/fuzz/fuzz_xl.c
tests_fuzz_fuzz_xl_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_xl_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_vzctl
tests_fuzz_fuzz_vzctl_SOURCES = tests/fuzz/fuzz_vzctl.c
tests_fuzz_fuzz_vzctl_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_vzctl_LDADD = $(fuzz_libs)

fuzz_targets += tests/fuzz/fuzz_tar
tests_fuzz_fuzz_tar_SOURCES = tests/fuzz/fuzz_tar.c workloads/kbuild/tar.c
tests_fuzz_fuzz_tar_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_fuzz_tar_LDADD = $(fuzz_libs)

check_PROGRAMS += $(fuzz_targets)
EXTRA_DIST += tests/fuzz/run.sh tests/fuzz/seeds tests/fuzz/words
TESTS += tests/fuzz/run.sh

fuzz: $(am__configure_deps)
	@$(MKDIR_P) fuzz; cd fuzz || exit 1; \
	test -f Makefile || $(abs_top_srcdir)/configure --silent --enable-fuzzing CC=clang CFLAGS='-g -O1' \
		LXC_CFLAGS='$(LXC_CFLAGS)' LXC_LIBS='$(LXC_LIBS)' $(lxc_option) || exit 1; \
	$(MAKE) $(AM_MAKEFLAGS) fuzz-run

# In a build that has libFuzzer.
fuzz-run: $(fuzz_targets)
	@$(AM_TESTS_ENVIRONMENT) FUZZ_SECONDS="$${FUZZ_SECONDS:-60}" $(SHELL) $(srcdir)/tests/fuzz/run.sh $(FUZZ_TARGETS)

.PHONY: fuzz fuzz-run
