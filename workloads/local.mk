# One file a program: stand-ins for the members of CINT2006 and CFP2006.
cint_sources = \
	workloads/cint/programs.c
cfp_sources = \
	workloads/cfp/programs.c

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
	workloads/file.c \
	workloads/tinyvm.c workloads/tinyvm_probe.c workloads/tinyvm.h \
	workloads/exits.c \
	workloads/kbuild/kbuild.c \
	workloads/kbuild/tar.c workloads/kbuild/tar.h \
	workloads/program/program.c workloads/program/program.h \
	workloads/program/timed_math.h \
	$(cint_sources) $(cfp_sources)
libkernels_a_CFLAGS = $(AM_CFLAGS) -fPIE
$(libkernels_a_OBJECTS): CFLAGS = $(KERNEL_CFLAGS)

pkglibexec_PROGRAMS += vmtax-agent
vmtax_agent_SOURCES = $(common_sources) \
	workloads/agent/main.c \
	workloads/agent/init.c workloads/agent/init.h \
	workloads/agent/boot.c workloads/agent/boot.h \
	workloads/agent/guest.c workloads/agent/guest.h \
	workloads/agent/supervisor.c workloads/agent/supervisor.h \
	workloads/agent/request.c workloads/agent/request.h \
	workloads/agent/reply.c workloads/agent/reply.h \
	workloads/agent/process.c workloads/agent/process.h \
	workloads/agent/output.c workloads/agent/output.h \
	workloads/agent/facts.c workloads/agent/facts.h \
	workloads/agent/worker.c workloads/agent/worker.h \
	workloads/agent/work.c \
	workloads/agent/tsc.c workloads/agent/tsc.h
vmtax_agent_CFLAGS = $(AM_CFLAGS) -fPIE
vmtax_agent_LDFLAGS = $(AM_LDFLAGS) $(AGENT_LDFLAGS)
vmtax_agent_LDADD = libkernels.a -lm
