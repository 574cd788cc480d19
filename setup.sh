#!/bin/sh
# Puts kmi and its Python packages into .venv. Needs Python >= 3.11 and nothing else of the system; what the
# kernels need (compilers, headers, QEMU) comes afterwards, from `kmi doctor --prepare all`.
#
# A stamp keyed by the content of what was installed makes the second run a matter of milliseconds.
set -eu
cd "$(dirname "$0")"

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$1"; [ $# -lt 2 ] || printf '    %s\n' "$2" >&2; exit 1; }

find_python() {
    for candidate in ${PYTHON:-} /usr/bin/python3.11 python3.11 python3 python3.12 python3.13 python3.14; do
        command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        command -v "$candidate"
        return
    done
    die "kmi needs Python 3.11 or newer, and there is none here; install it:" "sudo apt-get install python3 python3-venv"
}

# Whether apt can be used without asking for a password that nobody is there to type.
apt_prefix() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then
        return 0
    fi
    command -v sudo >/dev/null 2>&1 || return 1
    if [ -t 0 ]; then echo "sudo"; else sudo -n true 2>/dev/null && echo "sudo -n"; fi
}

python=$(find_python)
key=$( { cat pyproject.toml setup.sh; "$python" -VV; pwd; } | sha256sum | cut -d' ' -f1)
stamp=.venv/.kmi-installed
if [ -x .venv/bin/kmi ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
    exit 0
fi

# Two runs at once: the second waits, and then finds the stamp.
if [ "${KMI_SETUP_LOCKED:-}" != 1 ] && command -v flock >/dev/null 2>&1; then
    KMI_SETUP_LOCKED=1 exec flock .setup.lock "$0" "$@"
fi

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    line="apt-get install -y --no-install-recommends python3-venv"
    if prefix=$(apt_prefix); then
        say "installing python3-venv"
        $prefix apt-get -q update >/dev/null || say "apt-get update failed; trying with the package lists that are there"
        $prefix env DEBIAN_FRONTEND=noninteractive $line >/dev/null || say "could not run: $prefix $line"
    fi
fi

# Kept when it is of this Python: a changed pyproject.toml only adds to it.
[ "$(.venv/bin/python -VV 2>/dev/null)" = "$("$python" -VV)" ] || rm -rf .venv
say "Python packages into .venv (a minute the first time)"
if "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    "$python" -m venv .venv
    pip=".venv/bin/python -m pip"
elif "$python" -m pip --version >/dev/null 2>&1; then
    # Debian splits ensurepip off; an environment without pip, filled by the system's, is the same in the end.
    "$python" -m venv --without-pip .venv
    pip="$python -m pip --python .venv/bin/python"
else
    die "neither venv nor pip is there for $python, and apt cannot be used; install one of them:" \
        "sudo apt-get install python3-venv"
fi
log=.venv/pip.log
if ! $pip install --quiet -e '.[dev,freebsd]' >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    die "pip could not install the packages (the whole story is in $log); try it by hand:" "$pip install -e '.[dev,freebsd]'"
fi
.venv/bin/kmi --version >/dev/null || die "kmi was installed into .venv and does not start" "rm -rf .venv && make setup"
printf '%s' "$key" > "$stamp"
