#!/bin/sh
# Copies units and settings of the system where a machine looks for them; starts nothing. Existing settings of ours
# are replaced, except the broker's ACL, to which an office adds workers of its own.
set -eu
if [ $# -lt 1 ] || [ $# -gt 2 ] || { [ "$1" != hub ] && [ "$1" != kiosk ]; }; then
    echo "Usage: sh systemd/install.sh hub|kiosk [ROOT]" >&2
    exit 2
fi
machine=$1
root=${2:-}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

put() { # from, to, mode
    install -D -m "${3:-0644}" "$here/$1" "$root/$2"
}

for each in "$here"/system/*; do
    name=$(basename "$each")
    case $name in
        presensi-kiosk.service) wanted=kiosk ;;
        *) wanted=hub ;;
    esac
    [ "$wanted" != "$machine" ] || put "system/$name" "etc/systemd/system/$name"
done
put "etc/sysusers.d/presensi-$machine.conf" "etc/sysusers.d/presensi-$machine.conf"
put "etc/tmpfiles.d/presensi-$machine.conf" "etc/tmpfiles.d/presensi-$machine.conf"
put "etc/systemd/journald.conf.d/presensi-$machine.conf" "etc/systemd/journald.conf.d/presensi.conf"
put "etc/chrony/conf.d/presensi.conf" "etc/chrony/conf.d/presensi.conf"
put "etc/nftables/presensi-$machine.nft" "etc/nftables/presensi.nft"
rules=$root/etc/nftables.conf
line='include "/etc/nftables/presensi.nft"'
[ -f "$rules" ] || printf '#!/usr/sbin/nft -f\n' > "$rules"
grep -qxF "$line" "$rules" || printf '%s\n' "$line" >> "$rules"
if [ "$machine" = hub ]; then
    put etc/mosquitto/conf.d/presensi.conf etc/mosquitto/conf.d/presensi.conf
    [ -f "$root/etc/mosquitto/presensi/acl" ] || put etc/mosquitto/presensi/acl etc/mosquitto/presensi/acl 0640
else
    put etc/udev/rules.d/90-presensi-backlight.rules etc/udev/rules.d/90-presensi-backlight.rules
fi
echo "Units and settings of a $machine are in ${root:-/}. What comes next: docs/installation.md."
