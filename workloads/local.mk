# One file a program, the largest with a directory of their parts: stand-ins for the members of
# CINT2006 and CFP2006.
cint_sources = \
	workloads/cint/programs.c \
	workloads/cint/interpreter.c \
	workloads/cint/interpreter/script.c workloads/cint/interpreter/script.h \
	workloads/cint/interpreter/pattern.c workloads/cint/interpreter/pattern.h \
	workloads/cint/bzip2.c \
	workloads/cint/compiler.c \
	workloads/cint/compiler/function.c workloads/cint/compiler/function.h \
	workloads/cint/compiler/flow.c \
	workloads/cint/compiler/values.c \
	workloads/cint/compiler/code.c \
	workloads/cint/compiler/unit.h \
	workloads/cint/mincost.c \
	workloads/cint/go.c \
	workloads/cint/viterbi.c \
	workloads/cint/chess.c \
	workloads/cint/quantum.c \
	workloads/cint/video.c \
	workloads/cint/events.c \
	workloads/cint/path.c \
	workloads/cint/xml.c
cfp_sources = \
	workloads/cfp/field.h \
	workloads/cfp/implicit.c \
	workloads/cfp/scf.c \
	workloads/cfp/lattice.c \
	workloads/cfp/mhd.c \
	workloads/cfp/water.c \
	workloads/cfp/relativity.c \
	workloads/cfp/euler.c \
	workloads/cfp/atoms.c \
	workloads/cfp/fem.c \
	workloads/cfp/programs.c \
	workloads/cfp/lp.c \
	workloads/cfp/raytrace.c \
	workloads/cfp/elastic.c \
	workloads/cfp/fdtd.c \
	workloads/cfp/density.c \
	workloads/cfp/lbm.c \
	workloads/cfp/weather.c \
	workloads/cfp/speech.c

# Timed kernels: compiled with fixed flags of their own; nothing else goes in here.
noinst_LIBRARIES += libkernels.a
libkernels_a_SOURCES = \
	workloads/workload.h \
	workloads/child.c workloads/child.h \
	workloads/memory.c workloads/memory.h \
	workloads/null.c \
	workloads/sys.c \
	workloads/process.c workloads/process.h \
	workloads/ctx.c \
	workloads/ram.c \
	workloads/membw.c \
	workloads/datafile.c workloads/datafile.h \
	workloads/file.c \
	workloads/bonnie.c \
	workloads/linpack.c workloads/payload/linpack.h \
	workloads/web/web.c \
	workloads/web/document.c workloads/web/document.h \
	workloads/web/response.c workloads/web/response.h \
	workloads/web/load.c workloads/web/load.h \
	workloads/web/server.c workloads/web/server.h workloads/payload/httpd.h \
	workloads/tinyvm.c workloads/tinyvm_probe.c workloads/tinyvm.h \
	workloads/exits.c \
	workloads/tool.c workloads/tool.h \
	workloads/remove.c workloads/remove.h \
	workloads/net/wire.c workloads/net/wire.h \
	workloads/net/net.c workloads/net/link.c \
	workloads/net/serve.c \
	workloads/net/transfer.c workloads/net/transfer.h \
	workloads/net/tcp.c workloads/net/udp.c workloads/net/rr.c \
	workloads/spec/spec.c \
	workloads/spec/result.c workloads/spec/result.h \
	workloads/database/oltp.c workloads/database/mix.h \
	workloads/database/greeting.c workloads/database/greeting.h \
	workloads/database/server.c workloads/database/server.h \
	workloads/database/sysbench.c workloads/database/sysbench.h \
	workloads/database/sysbench_output.c workloads/database/sysbench_output.h \
	workloads/database/sqlite.c workloads/database/sqlite.h \
	workloads/kbuild/kbuild.c \
	workloads/kbuild/tar.c workloads/kbuild/tar.h \
	workloads/jbb/jbb.c workloads/jbb/answer.c workloads/jbb/answer.h \
	workloads/program/program.c workloads/program/program.h \
	workloads/program/timed_math.h workloads/program/digest_array.h \
	workloads/program/plain_memory.c workloads/program/plain_memory.h \
	$(cint_sources) $(cfp_sources)
libkernels_a_CFLAGS = $(AM_CFLAGS) -fPIE
libkernels_a_LIBADD = workloads/cint/libbz2.o
$(libkernels_a_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

# libbz2 as one object. The calls that its compiler made of loops and copies, of functions that the C
# library chooses by processor, go to plain loops of ours: the same code runs in every target.
# tests/unit/kernel-symbols.sh holds it.
bz2_redirected = --redefine-sym memset=plain_memset --redefine-sym memmove=plain_memmove \
	--redefine-sym memcpy=plain_memcpy
CLEANFILES += workloads/cint/libbz2.o workloads/cint/libbz2.whole.o
workloads/cint/libbz2.o: $(BZ2_ARCHIVE) Makefile
	@$(MKDIR_P) $(@D)
	$(AM_V_CCLD)$(CC) -r -nostdlib -Wl,--whole-archive $(BZ2_ARCHIVE) -o $(@D)/libbz2.whole.o
	$(AM_V_at)$(OBJCOPY) $(bz2_redirected) $(@D)/libbz2.whole.o $@
	$(AM_V_at)rm -f $(@D)/libbz2.whole.o

pkglibexec_PROGRAMS += vmtax-agent
vmtax_agent_SOURCES = $(common_sources) \
	workloads/agent/main.c \
	workloads/agent/init.c workloads/agent/init.h \
	workloads/agent/boot.c workloads/agent/boot.h \
	workloads/agent/console.c workloads/agent/console.h \
	workloads/agent/guest.c workloads/agent/guest.h \
	workloads/agent/supervisor.c workloads/agent/supervisor.h \
	workloads/agent/request.c workloads/agent/request.h \
	workloads/agent/reply.c workloads/agent/reply.h \
	workloads/agent/process.c workloads/agent/process.h \
	workloads/agent/output.c workloads/agent/output.h \
	workloads/agent/facts.c workloads/agent/facts.h \
	workloads/agent/worker.c workloads/agent/worker.h \
	workloads/agent/lane.c workloads/agent/lane.h \
	workloads/agent/work.c \
	workloads/agent/tsc.c workloads/agent/tsc.h
vmtax_agent_CFLAGS = $(AM_CFLAGS) -fPIE
vmtax_agent_LDFLAGS = $(AM_LDFLAGS) $(AGENT_LDFLAGS)
vmtax_agent_LDADD = libkernels.a -lm

# Payloads: programs beside the agent, for what needs libraries that cannot be linked statically.
if HAVE_OPENBLAS
pkglibexec_PROGRAMS += vmtax-linpack
endif
vmtax_linpack_SOURCES = \
	workloads/payload/linpack.c workloads/payload/linpack.h \
	workloads/payload/dense.c workloads/payload/dense.h
vmtax_linpack_LDADD = $(OPENBLAS_LIBS) -lm

if HAVE_MICROHTTPD
pkglibexec_PROGRAMS += vmtax-httpd
endif
vmtax_httpd_SOURCES = \
	workloads/payload/httpd.c workloads/payload/httpd.h \
	workloads/web/document.c workloads/web/document.h
vmtax_httpd_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS)
vmtax_httpd_LDADD = $(MICROHTTPD_LIBS)

if HAVE_SQLITE
pkglibexec_PROGRAMS += vmtax-oltp
endif
vmtax_oltp_SOURCES = \
	workloads/payload/oltp.c workloads/payload/oltp.h workloads/database/mix.h \
	src/histogram.c src/histogram.h
vmtax_oltp_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
vmtax_oltp_LDADD = $(SQLITE_LIBS)
# The Java program of the workload jbb. A release carries it as it was built: whoever builds that
# needs no JDK.
jbb_sources = \
	workloads/jbb/Main.java \
	workloads/jbb/Crew.java \
	workloads/jbb/Company.java \
	workloads/jbb/Warehouse.java \
	workloads/jbb/Times.java \
	workloads/jbb/District.java \
	workloads/jbb/Receipt.java \
	workloads/jbb/Money.java \
	workloads/jbb/Text.java
EXTRA_DIST += $(jbb_sources)
jbbdir = $(pkglibexecdir)
jbb_SCRIPTS =
if HAVE_JBB
EXTRA_DIST += workloads/jbb/jbb.jar
jbb_SCRIPTS += vmtax-jbb.jar
endif
CLEANFILES += vmtax-jbb.jar
if HAVE_JAVAC
MAINTAINERCLEANFILES = workloads/jbb/jbb.jar
workloads/jbb/jbb.jar: $(jbb_sources)
	@$(MKDIR_P) $(@D)
	@rm -rf $(@D)/classes
	$(AM_V_GEN)cd $(srcdir) && \
	$(JAVAC) --release 11 -encoding UTF-8 -g:none -Xlint:all -Werror \
		-d $(abs_builddir)/$(@D)/classes $(jbb_sources)
	$(AM_V_at)cd $(@D)/classes && find . -name '*.class' | sed 's,^\./,,' | LC_ALL=C sort >../classes.list
	$(AM_V_at)cd $(@D)/classes && $(JAR) --create $(JAR_DATE) --file $(abs_builddir)/$@.tmp \
		--main-class Main @../classes.list
	@rm -rf $(@D)/classes $(@D)/classes.list
	$(AM_V_at)mv $@.tmp $@
endif
# Beside the agent, in a build directory as where it is installed.
vmtax-jbb.jar: workloads/jbb/jbb.jar
	$(AM_V_GEN)cp $(builddir)/workloads/jbb/jbb.jar $@ 2>/dev/null || \
		cp $(srcdir)/workloads/jbb/jbb.jar $@
	$(AM_V_at)chmod +x $@
