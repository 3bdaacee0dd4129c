# What both programs need: records, text, histogram, catalogue. Compiled once for each, because the agent is static.
common_sources = \
	src/error.c src/error.h \
	src/coretype.c src/coretype.h \
	src/fallback.c src/fallback.h \
	src/protocol.c src/protocol.h \
	src/text.c src/text.h src/text_ranges.h \
	src/histogram.c src/histogram.h \
	src/filesystem.c src/filesystem.h \
	src/executable.c src/executable.h \
	src/sha256.c src/sha256.h \
	workloads/catalog.c workloads/catalog.h workloads/params.c workloads/role.c workloads/role.h \
	workloads/dropped.h \
	workloads/statements.h \
	workloads/catalog/rows.h workloads/catalog/processor.c workloads/catalog/memory.c \
	workloads/catalog/disk.c workloads/catalog/network.c workloads/catalog/database.c \
	workloads/catalog/web.c workloads/catalog/java.c workloads/catalog/sysops.c workloads/catalog/ctxsw.c \
	workloads/catalog/exits.c \
	workloads/spec/suite.c workloads/spec/suite.h \
	workloads/kbuild/needs.c workloads/kbuild/needs.h \
	workloads/jbb/java.c workloads/jbb/java.h

# What programs that link the engine need besides.
ENGINE_LIBS = $(CJSON_LIBS) $(ARCHIVE_LIBS)

# The engine: everything of vmtax but main() and the dashboard.
noinst_LIBRARIES += libvmtax.a
libvmtax_a_SOURCES = $(common_sources) \
	src/xalloc.c src/xalloc.h \
	src/xdg.c src/xdg.h \
	src/unpack.c src/unpack.h \
	src/cache.c src/cache.h \
	src/tempfile.c src/tempfile.h \
	src/stats.c src/stats.h \
	src/stats_distribution.c \
	src/clock.c src/clock.h \
	src/plan.c src/plan.h \
	src/conf.c src/conf.h \
	src/planner.c src/planner.h \
	src/planner_fill.c \
	src/scratch.c src/scratch.h \
	src/tree.c src/tree.h \
	src/spec.c src/spec.h \
	src/session.c src/session.h \
	src/session_records.c src/session_records.h \
	src/guest_address.c src/guest_address.h \
	src/place.c src/place.h \
	src/pair.c src/pair.h \
	src/slot.c src/slot.h \
	src/room.c src/room.h \
	src/run.c src/run.h \
	src/runner.c src/runner.h \
	src/measure.c src/measure.h \
	src/counters.c src/counters.h \
	src/blockdev.c src/blockdev.h \
	src/cost.c src/cost.h \
	src/cost_reading.c src/cost_reading.h \
	src/job.c src/job.h \
	src/overlay.c src/overlay.h \
	src/replace.c src/replace.h \
	src/wholefile.c src/wholefile.h \
	src/written.c src/written.h \
	src/option.c src/option.h \
	src/setup.c src/setup.h \
	src/compare.c src/compare.h \
	src/compare_json.c src/compare_json.h \
	src/shrink.c src/shrink.h \
	src/series.c src/series.h \
	src/check.c src/check_results.c src/check_words.c src/check_write.c src/check_junit.c src/check_metrics.c \
	src/check_markdown.c src/check_html.c src/check_redact.c src/check.h \
	src/check_shared.c src/check_shared.h \
	src/check_run.c src/check_run.h \
	src/doctor.c src/doctor_machine.c src/doctor_look.h src/doctor.h \
	src/command.c src/command.h \
	src/cmd_run.c src/cmd_record.c src/cmd_check.c src/cmd_compare.c src/cmd_baseline.c src/cmd_list.c src/cmd_doctor.c src/cmd_report.c src/cmd_shell.c \
	src/result.c src/result.h \
	src/analysis.c src/analysis.h \
	src/analysis_slots.c src/analysis_slots.h \
	src/analysis_figure.c \
	src/analysis_summary.c \
	src/score.c src/score.h \
	src/board.c src/board.h src/board_run.h src/board_host.h \
	src/snapshot.c src/snapshot.h \
	src/recording/fields.c src/recording/fields.h src/recording/field_rows.h \
	src/recording/verdict.c src/recording/verdict.h \
	src/recording/delta.c src/recording/delta.h \
	src/recording/redacted.c src/recording/redacted.h \
	src/recording/recorder.c src/recording/recorder.h \
	src/recording/recording.c src/recording/recording.h \
	src/recording/player.c src/recording/player.h \
	src/host.c src/host.h \
	src/quiet.c src/quiet.h \
	src/load.c src/load.h \
	src/mountinfo.c src/mountinfo.h \
	src/fingerprint.c src/fingerprint_read.c src/fingerprint.h \
	src/store.c src/store_baseline.c src/store_list.c src/store_json.c src/store_parse.c src/store.h \
	src/store_counters.c src/store_counters.h \
	src/stored.c src/stored.h \
	src/baseline.c src/baseline.h \
	src/baseline_file.c src/baseline_file.h \
	src/baseline_words.c src/baseline_words.h \
	src/json.c src/json.h \
	src/paper.c src/paper.h \
	src/data.c src/data.h \
	src/target/target.c src/target/target.h \
	src/target/ledger.c src/target/ledger.h src/target/ledger_file.c src/target/ledger_file.h \
	src/target/ledger_kind.c src/target/ledger_kind.h \
	src/target/forward.c src/target/forward.h \
	src/target/undo.c src/target/undo.h \
	src/target/cgroup.c src/target/cgroup.h \
	src/target/cgroup_place.c src/target/cgroup_place.h \
	src/target/spawn.c src/target/spawn.h \
	src/target/network.c src/target/network.h \
	src/target/reach.c src/target/reach.h src/target/reached.c src/target/reached.h \
	src/console_end.c src/console_end.h \
	src/target/stager.c src/target/stager.h \
	src/target/payload.c src/target/payload.h \
	src/target/vzctl.c src/target/vzctl.h \
	src/target/openvz_stats.c src/target/openvz_stats.h \
	src/target/openvz.c \
	src/target/rights.c src/target/rights.h \
	src/target/image.c src/target/image.h \
	src/target/kernel.c src/target/kernel.h \
	src/target/modules.c src/target/modules.h \
	src/target/initramfs.c src/target/initramfs.h \
	src/target/qmp.c src/target/qmp.h \
	src/target/qmp_message.c src/target/qmp_message.h \
	src/target/kvm_stats.c src/target/kvm_stats.h \
	src/target/boot_watch.c src/target/boot_watch.h \
	src/target/kvm_health.c src/target/kvm_health.h \
	src/target/threads.c src/target/threads.h \
	src/target/local.c src/target/kinds.h \
	src/target/qemu.c src/target/qemu.h \
	src/target/boot_files.c src/target/boot_files.h \
	src/target/disk.c src/target/disk.h \
	src/target/machine.c src/target/machine.h \
	src/target/kvm_probe.c src/target/kvm_probe.h \
	src/target/kvm.c \
	src/target/kernel_line.c src/target/kernel_line.h \
	src/target/loop.c src/target/loop.h \
	src/target/xl.c src/target/xl.h \
	src/target/xl_config.c src/target/xl_config.h \
	src/target/xen_probe.c src/target/xen_probe.h \
	src/target/xen_root.c src/target/xen_root.h \
	src/target/xen_stats.c src/target/xen_stats.h \
	src/target/xenstat.c src/target/xenstat.h \
	src/target/xen.c \
	src/target/native.c \
	src/target/container.c \
	src/report/report.c src/report/report.h src/report/format.h \
	src/report/machine.c \
	src/report/text.c \
	src/report/plain.c \
	src/report/json.c \
	src/report/csv.c \
	src/report/markdown.c \
	src/report/markup.c src/report/markup.h \
	src/report/redact.c src/report/redact.h \
	src/report/svg.c src/report/svg.h \
	src/report/chart.c src/report/chart.h \
	src/report/chart_sweep.c \
	src/report/picture.c src/report/picture.h \
	src/report/page.c src/report/page.h src/report/html_style.h \
	src/report/html.c \
	src/report/openmetrics.c \
	src/report/extra.c src/report/extra.h \
	src/report/metric.c src/report/metric.h \
	src/report/junit.c
libvmtax_a_CFLAGS = $(AM_CFLAGS) $(STATGRAB_CFLAGS) $(CJSON_CFLAGS) $(ARCHIVE_CFLAGS)

bin_PROGRAMS += vmtax
vmtax_SOURCES = src/main.c
vmtax_CFLAGS = $(AM_CFLAGS)
vmtax_LDADD = libui.a libvmtax.a $(ENGINE_LIBS) $(NCURSES_LIBS) $(STATGRAB_LIBS) -lm

# The keeper of a container. liblxc is linked here and nowhere else.
pkglibexec_PROGRAMS += vmtax-container
vmtax_container_SOURCES = \
	src/container/main.c src/container/box.h \
	src/container/rootfs.c \
	src/container/ward.c \
	src/container/own.c \
	src/container/lxc.c \
	src/mountinfo.c src/mountinfo.h \
	src/target/network.c src/target/network.h \
	src/target/rights.c src/target/rights.h \
	src/text.c src/text.h src/text_ranges.h \
	src/error.c src/error.h
vmtax_container_CFLAGS = $(AM_CFLAGS) $(LXC_CFLAGS)
vmtax_container_LDADD = $(LXC_LIBS) -lm

# Becomes QEMU after it has made what QEMU may not make itself.
pkglibexec_PROGRAMS += vmtax-machine
vmtax_machine_SOURCES = \
	src/machine/main.c \
	workloads/tinyvm.c workloads/tinyvm_probe.c workloads/tinyvm.h \
	src/protocol.c src/protocol.h \
	src/target/qemu.h \
	src/target/network.c src/target/network.h \
	src/error.c src/error.h
vmtax_machine_CFLAGS = $(AM_CFLAGS)
