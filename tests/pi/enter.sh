#!/bin/sh
# enter.sh ROOT [--sys] [--bind OUTSIDE INSIDE]... -- [NAME=VALUE]... COMMAND [ARGUMENT]...
# Run a command where the folders of an unpacked Debian are complete and nobody else sees it; the command is a chroot,
# since what is inside may be for another processor and could not even set its own environment.
#
# Mounts live in a mount namespace of their own, processes in a process namespace of their own: when this ends, however
# it ends, the kernel takes down both. Nothing can be left mounted, and no broker or capture process can be left behind.
# --sys shows the machine's devices (libcamera looks there); without it an emulated program asks its own processor.
set -eu
if [ "${PRESENSI_INSIDE_UNSHARE:-}" != yes ]; then
    PRESENSI_INSIDE_UNSHARE=yes exec unshare --mount --propagation private --pid --fork --kill-child -- sh "$0" "$@"
fi
root=$1
shift
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/lock"
while [ "$1" != -- ]; do
    case $1 in
        --sys)
            mount --rbind -o ro /sys "$root/sys"
            shift
            ;;
        --bind)
            mkdir -p "$root$3"
            mount --bind "$2" "$root$3"
            shift 3
            ;;
        *)
            echo "enter.sh does not know $1: read its first lines." >&2
            exit 2
            ;;
    esac
done
shift
exec env -i "$@"
