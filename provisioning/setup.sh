#!/bin/sh
# Debian packages that Presensi needs beside its Python packages: `sh provisioning/setup.sh demo|test`.
# Installs what is missing when it may (root, or sudo without a password); else says what to install, and exits with 1.
set -eu

group=${1:-}
missing=""
unmet=""

say() { printf '%s\n' "$*" >&2; }

usage() {
    say "Pemakaian: sh provisioning/setup.sh demo|test (usage: name one of the two groups)."
    exit 2
}

is_debian() { command -v dpkg-query >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1; }

is_installed() {
    case $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) in
        installed) return 0 ;;
        *) return 1 ;;
    esac
}

# has_library SONAME: whether the dynamic linker finds it; ldconfig may be outside a user's PATH.
has_library() {
    PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null | grep -F -q "$1"
}

# find_python: a Python >= 3.11 that can run, $PYTHON first.
find_python() {
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14; do
        [ -n "$candidate" ] || continue
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

# need PACKAGE ALTERNATIVE PROBE...: note PACKAGE as missing unless it, or its other name, or what it brings is there.
# On Debian the package database answers; elsewhere (or for software built by hand) the probe does.
need() {
    package=$1
    alternative=$2
    shift 2
    if is_debian; then
        is_installed "$package" && return 0
        [ "$alternative" = - ] || ! is_installed "$alternative" || return 0
    fi
    if "$@" >/dev/null 2>&1; then
        return 0
    fi
    missing="$missing $package"
}

has_command() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1"; }
has_any_command() {
    for name in "$@"; do
        if has_command "$name"; then return 0; fi
    done
    return 1
}
has_postgresql() {
    has_command postgres || ls /usr/lib/postgresql/*/bin/postgres
}
has_fonts() {
    if has_command fc-list; then
        fc-list | grep -i -q "$1"
    else
        [ -d "/usr/share/fonts/truetype/$1" ]
    fi
}
has_ensurepip() { "$python" -c 'import ensurepip, venv'; }

# glib_package: its name carries a suffix since Debian's change to 64-bit time.
glib_package() {
    if apt-cache show libglib2.0-0t64 2>/dev/null | grep -q '^Package:'; then
        echo libglib2.0-0t64
    else
        echo libglib2.0-0
    fi
}

look_for_demo() {
    need libegl1 - has_library libEGL.so.1
    need libgl1 - has_library libGL.so.1
    need libxkbcommon0 - has_library libxkbcommon.so.0
    need libfontconfig1 - has_library libfontconfig.so.1
    need libdbus-1-3 - has_library libdbus-1.so.3
    # What Qt's xcb platform loads, for a window on X11.
    need libxcb-cursor0 - has_library libxcb-cursor.so.0
    need libxcb-icccm4 - has_library libxcb-icccm.so.4
    need libxcb-image0 - has_library libxcb-image.so.0
    need libxcb-keysyms1 - has_library libxcb-keysyms.so.1
    need libxcb-randr0 - has_library libxcb-randr.so.0
    need libxcb-render-util0 - has_library libxcb-render-util.so.0
    need libxcb-shape0 - has_library libxcb-shape.so.0
    need libxcb-xkb1 - has_library libxcb-xkb.so.1
    need libxkbcommon-x11-0 - has_library libxkbcommon-x11.so.0
    need "$glib" libglib2.0-0t64 has_library libglib-2.0.so.0
    need fonts-dejavu-core - has_fonts dejavu
    need fonts-liberation fonts-liberation2 has_fonts liberation
}

look_for_test() {
    need mosquitto - has_command mosquitto
    need chromium chromium-browser has_any_command chromium chromium-browser google-chrome
    need xvfb - has_command Xvfb
    need xauth - has_command xauth
    need postgresql - has_postgresql
}

look() {
    missing=""
    look_for_demo
    if [ "$group" = test ]; then look_for_test; fi
    # A Python of the system's own brings ensurepip in a package of its own.
    if [ -n "$python" ] && ! has_ensurepip >/dev/null 2>&1; then missing="$missing python3-venv"; fi
    # One that is installed and still not found is too old: installing it again would not help.
    if [ -z "$python" ] && ! { is_debian && is_installed python3; }; then missing="$missing python3 python3-venv"; fi
    missing=${missing# }
}

# as_root COMMAND...: run it as root, without ever asking for a password.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

may_install() {
    is_debian || return 1
    [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1; }
}

install_missing() {
    say "Memasang paket (installing packages): $missing"
    as_root apt-get update -q >&2 || say "apt-get update gagal; mencoba dengan daftar yang ada (trying with the lists at hand)."
    # An update may have brought the list in which glib has its other name.
    case " $missing " in
        *" $glib "*)
            former=$glib
            glib=$(glib_package)
            missing=$(printf '%s' "$missing" | sed "s/$former/$glib/")
            ;;
    esac
    # shellcheck disable=SC2086 # package names, separated by spaces
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >&2 ||
        unmet="apt-get install gagal (failed)"
}

case $group in
    demo | test) ;;
    *) usage ;;
esac

python=$(find_python || true)
glib=$(glib_package)
look
if [ -n "$missing" ] && may_install; then
    install_missing
    python=$(find_python || true)
    look
fi

if [ -n "$missing" ]; then
    say "Paket yang belum ada (missing packages): $missing${unmet:+ - $unmet}"
    if is_debian; then
        say "Pasang dengan (install with): sudo apt-get update && sudo apt-get install $missing"
    else
        say "Ini bukan Debian: pasang padanannya (not Debian: install what corresponds to these)."
    fi
    exit 1
fi
if [ -z "$python" ]; then
    say "Python 3.11 atau lebih baru belum ada; pasang atau sebutkan dengan PYTHON=... (no Python >= 3.11 was found)."
    exit 1
fi
say "Paket sistem untuk '$group' lengkap, $("$python" --version) ($python; system packages are complete)."
