#!/bin/bash
# Makes this Debian machine able to run the real-registry tests, and undoes the part that keeps running.
#
#   sudo tests/registry-machine.sh          installs what is missing, and starts Docker Engine if none answers
#   sudo tests/registry-machine.sh stop     ends the Docker Engine that `start` started, and nothing else
#
# What Docker Engine writes goes to REGISTRY_MACHINE_DIR (/var/tmp/registry-cleaner-machine unless set).
set -euo pipefail

dir=$(realpath -m "${REGISTRY_MACHINE_DIR:-/var/tmp/registry-cleaner-machine}")
readonly dir
readonly socket=/var/run/docker.sock
readonly patience=60 # seconds for Docker Engine to answer

say() { printf 'registry-machine: %s\n' "$*"; }
refuse() {
    printf 'registry-machine: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null; }
docker_answers() { timeout 20 docker info >/dev/null 2>&1; }

# The pid file outlives a crash, and its number may since belong to another process: the command line tells.
engine_pid() {
    local pid
    pid=$(cat "$dir/pid" 2>/dev/null) || return 1
    [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "--pidfile $dir/pid" && echo "$pid"
}

# Asked by command, not by package name: the machine may have them from somewhere else.
missing_packages() {
    have dockerd || echo docker.io
    have docker-registry || echo docker-registry
    have skopeo || echo skopeo
    have podman || echo podman
    have runc || echo runc
    have flock || echo util-linux
    # The registry image that the tests make has no C library for busybox to find.
    { have busybox && ! ldd "$(command -v busybox)" >/dev/null 2>&1; } || echo busybox-static
    # Debian 13 packages the client apart; before, docker.io brings it.
    have docker || { apt-cache show docker-cli >/dev/null 2>&1 && echo docker-cli; } || true
}

install_missing() {
    local packages
    mapfile -t packages < <(missing_packages)
    if [ ${#packages[@]} -eq 0 ] && have docker; then
        say "nothing to install"
        return
    fi
    say "updating apt's package lists"
    apt-get update -q >"$dir/apt.log" 2>&1 || refuse "apt-get update failed; see $dir/apt.log"
    mapfile -t packages < <(missing_packages) # again: only now does apt know whether there is a docker-cli
    say "installing ${packages[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}" \
        >>"$dir/apt.log" 2>&1 </dev/null || refuse "apt-get install failed; see $dir/apt.log"
    # Where systemd runs, the package starts a registry on port 5000. The tests want its binary alone.
    if [[ " ${packages[*]} " == *" docker-registry "* && -d /run/systemd/system ]]; then
        say "switching off the docker-registry service, which the package has just switched on"
        systemctl disable --quiet --now docker-registry || true
    fi
}

# start_engine STORAGE-DRIVER: true when Docker Engine answers, false when it ended or is too slow.
start_engine() {
    local pid deadline=$((SECONDS + patience))
    # No bridge and no iptables: containers use the host's network, so nothing of this machine's is changed.
    setsid dockerd --data-root "$dir/data" --exec-root "$dir/exec" -H "unix://$socket" --pidfile "$dir/pid" \
        --iptables=false --bridge=none "--storage-driver=$1" >"$dir/dockerd.log" 2>&1 </dev/null &
    pid=$!
    while ((SECONDS < deadline)); do
        docker_answers && return 0
        kill -0 "$pid" 2>/dev/null || return 1
        sleep 0.3
    done
    kill "$pid" 2>/dev/null && wait "$pid" || true
    return 1
}

start() {
    mkdir -p "$dir"
    install_missing
    if docker_answers; then
        say "Docker Engine answers already"
        return
    fi
    [ -z "${DOCKER_HOST:-}" ] || refuse "DOCKER_HOST is $DOCKER_HOST and nothing answers there; unset it, or start that engine"
    for driver in overlay2 vfs; do
        say "starting Docker Engine with the $driver storage driver in $dir"
        if start_engine "$driver"; then
            say "Docker Engine answers; \`$0 stop\` ends it"
            return
        fi
    done
    tail -n 5 "$dir/dockerd.log" >&2
    refuse "Docker Engine did not start; see $dir/dockerd.log"
}

stop() {
    local pid
    if ! pid=$(engine_pid); then
        say "no Docker Engine of this script's is running"
        return
    fi
    say "ending Docker Engine, process $pid"
    kill "$pid" 2>/dev/null || true
    for ((i = 0; i < patience * 5; i++)); do
        kill -0 "$pid" 2>/dev/null || return 0
        sleep 0.2
    done
    refuse "process $pid has not ended after $patience seconds"
}

case ${1:-start} in
    start | stop) ;;
    *) refuse "unknown command '$1'; say 'start' or 'stop'" ;;
esac
[ -e /etc/debian_version ] && have apt-get || refuse "this script knows Debian only; elsewhere, install Docker Engine, podman, runc and skopeo by hand"
[ "$(id -u)" -eq 0 ] || refuse "run this as root: sudo $0"
"${1:-start}"
