"""The names that a kernel has for modules, as its headers declare them."""

from __future__ import annotations

from kmi.kernels.freebsd.provision.releases import DEFAULT
from kmi.kernels.freebsd.toolchain import kpi

HEADER = """
#ifndef _SYS_SAMPLE_H_
#define	_SYS_SAMPLE_H_
/* void in_a_comment(void); */
__BEGIN_DECLS
extern int cold;	/* nonzero while it boots */
#ifdef _KERNEL
struct sample { int (*member)(int); int field; };
typedef int sample_fn(int);
void	plain(int, struct sample *);
int	printed(const char *, ...) __printflike(1, 2);
static __inline int inlined(int a) { return called_by_it(a); }
extern void (*hook)(int);
extern struct sample table[4], *list;
SYSCTL_DECL(_debug_sample);
MALLOC_DECLARE(M_SAMPLE);
#if defined(INVARIANTS)
void	checked(void);
#else
#define	checked()
void	unchecked(void);
#endif
#else
int	of_user_space(int);
#endif
#ifndef _KERNEL
int	also_of_user_space(int);
#endif
#if !defined(_KERNEL) && defined(__BSD_VISIBLE)
int	either(int);
#endif
int	last(void);
#endif
"""


def test_what_a_header_declares_to_the_kernel() -> None:
    assert kpi.declared(HEADER) == {
        "cold", "plain", "printed", "hook", "table", "list", "sysctl___debug_sample", "M_SAMPLE", "checked",
        "unchecked", "either", "last",
    }  # fmt: skip


def test_the_names_of_the_release() -> None:
    names = kpi.names(DEFAULT)
    there = "malloc uiomove make_dev_s _sx_xlock __mtx_lock_flags taskqueue_thread sysctl___debug M_TEMP cold"
    assert set(there.split()) <= names
    assert not names & {"fopen", "open", "read", "pthread_create", "uio", "curthread", "in_a_comment"}
    assert len(names) > 10_000
