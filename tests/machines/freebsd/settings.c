/* A tree of settings: static and dynamic, of every kind of handler. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/module.h>
#include <sys/conf.h>
#include <sys/sysctl.h>

static int number = 5;
static u_int tuned = 1;
static long wide = -2;
static bool flag = true;
static char text[8] = "abc";
static struct { int a, b; } record = { 1, 2 };
static int only = 9;
static bool early = true;

SYSCTL_NODE(_hw, OID_AUTO, settings, CTLFLAG_RW | CTLFLAG_MPSAFE, NULL, "settings of a test");
SYSCTL_INT(_hw_settings, OID_AUTO, number, CTLFLAG_RW, &number, 0, "a number");
SYSCTL_UINT(_hw_settings, OID_AUTO, tuned, CTLFLAG_RWTUN, &tuned, 0, "from the loader");
SYSCTL_LONG(_hw_settings, 7, wide, CTLFLAG_RW, &wide, 0, "");
SYSCTL_BOOL(_hw_settings, OID_AUTO, flag, CTLFLAG_RW, &flag, 0, "");
SYSCTL_STRING(_hw_settings, OID_AUTO, text, CTLFLAG_RW, text, sizeof(text), "");
SYSCTL_OPAQUE(_hw_settings, OID_AUTO, record, CTLFLAG_RW, &record, sizeof(record), "S,record", "");
SYSCTL_INT(_hw_settings, OID_AUTO, only, CTLFLAG_RD, &only, 0, "");
SYSCTL_INT(_hw_settings, OID_AUTO, fixed, CTLFLAG_RW, SYSCTL_NULL_INT_PTR, 31, "");

static int
doubled(SYSCTL_HANDLER_ARGS)
{
	int value = number * 2, error;

	error = sysctl_handle_int(oidp, &value, 0, req);
	if (error != 0 || req->newptr == NULL)
		return (error);
	if (value % 2)
		return (EDOM);
	number = value / 2;
	return (0);
}
SYSCTL_PROC(_hw_settings, OID_AUTO, doubled, CTLTYPE_INT | CTLFLAG_RW | CTLFLAG_MPSAFE, NULL, 0, doubled, "I", "twice");

static int
below(SYSCTL_HANDLER_ARGS)
{
	int *rest = arg1, said[2] = { (int)arg2, arg2 > 0 ? rest[0] : -1 };

	return (SYSCTL_OUT(req, said, sizeof(said)));
}
SYSCTL_NODE(_hw_settings, OID_AUTO, below, CTLFLAG_RD | CTLFLAG_MPSAFE, below, "answers for all below");

static struct sysctl_ctx_list context, other;

static int
event(module_t m, int what, void *arg)
{
	struct sysctl_oid *node, *leaf, *again;

	switch (what) {
	case MOD_LOAD:
		sysctl_ctx_init(&context);
		sysctl_ctx_init(&other);
		node = SYSCTL_ADD_NODE(&context, SYSCTL_STATIC_CHILDREN(_dev), OID_AUTO, "settings", CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
		leaf = SYSCTL_ADD_INT(&context, SYSCTL_CHILDREN(node), OID_AUTO, "leaf", CTLFLAG_RW, &number, 0, "");
		again = SYSCTL_ADD_NODE(&other, SYSCTL_STATIC_CHILDREN(_dev), OID_AUTO, "settings", CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
		printf("dynamic %d %d\n", leaf != NULL, again == node);
		printf("taken %d\n", SYSCTL_ADD_INT(&other, SYSCTL_CHILDREN(node), OID_AUTO, "leaf", CTLFLAG_RW, &only, 0, "") == NULL);
		TUNABLE_BOOL_FETCH("hw.settings.early", &early);
		printf("early %d tuned %u\n", early, tuned);
		return (0);
	case MOD_UNLOAD:
		/* Ours holds a leaf below the node that the other context shares. */
		leaf = sysctl_add_oid(NULL, SYSCTL_STATIC_CHILDREN(_dev), OID_AUTO, "apart", CTLTYPE_NODE | CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, 0, NULL, "N", "", NULL);
		printf("removed %d %d\n", sysctl_remove_oid(leaf, 1, 0), sysctl_remove_name(&sysctl___hw, "none", 1, 0));
		printf("other %d\n", sysctl_ctx_free(&other));
		printf("context %d\n", sysctl_ctx_free(&context));
		return (0);
	}
	return (EOPNOTSUPP);
}
DEV_MODULE(settings, event, NULL);
MODULE_VERSION(settings, 1);
