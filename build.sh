#!/usr/bin/env bash
# Runs the NUKE build in build/. Where the package feeds do not carry Nuke.Common, says so in one line and runs the same
# targets without it: Compile, Test, Pack, Publish and Demo by dotnet itself, all others by registry-cleaner.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
temp=$root/.nuke/temp
tool=$root/artifacts/bin/RegistryCleaner.Cli/release/registry-cleaner.dll
nuke=$root/build/bin/Debug/_build.dll
packages=$root/artifacts/packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NUKE_TELEMETRY_OPTOUT=1

fail() {
    printf 'build.sh: %s\n' "$*" >&2
    exit 2
}

# Whether a file is there and nothing that it is made from is newer. A file that was deleted makes its directory newer.
is_current() {
    [ -f "$1" ] && [ -z "$(find "$root/src" "$root/build" "$root"/Directory.*.props "$root/global.json" \
        \( -name bin -o -name obj \) -prune -o -newer "$1" -print -quit)" ]
}

# Compiles quietly: what a build prints is of interest only when it fails.
compile() {
    local log=$temp/compile.log
    if ! dotnet build "$@" >"$log" 2>&1; then
        cat "$log" >&2
        fail "the build failed"
    fi
}

# A feed that lacks the package is asked again after a day, or when what is asked for or where has changed.
lacks_nuke() {
    local marker=$temp/no-nuke file
    for file in "$root/Directory.Packages.props" "$root/build/_build.csproj" "$HOME/.nuget/NuGet/NuGet.Config"; do
        [ "$file" -nt "$marker" ] && rm -f "$marker"
    done
    [ -n "$(find "$marker" -mtime -1 2>/dev/null)" ] && return 0
    dotnet restore "$root/build/_build.csproj" >"$temp/restore.log" 2>&1 && return 1
    # No answer is not a "no": only the feed's own word is kept.
    grep -q 'NU110[12].*Nuke\.' "$temp/restore.log" && touch "$marker"
    return 0
}

run_dotnet_target() {
    local configuration=$1 target=$2
    case $target in
        compile) dotnet build "$root/RegistryCleaner.sln" -c "$configuration" ;;
        test) dotnet test "$root/RegistryCleaner.sln" -c "$configuration" ;;
        pack) pack ;;
        publish) publish ;;
        demo) dotnet run --project "$root/samples/Demo" -c "$configuration" ;;
    esac
}

# What an earlier version left there would be published with this one's.
pack() {
    rm -rf "$packages"
    # Paths as on a build server: from one commit come the same files, wherever it lies.
    dotnet pack "$root/RegistryCleaner.sln" -c Release -o "$packages" -p:ContinuousIntegrationBuild=true
    echo "build.sh: RegistryCleaner.Nuke is packed only where Nuke.Common restores" >&2
}

# Packs first: what is published is what is here. Never without a key, and nowhere but where it is told to.
publish() {
    [ -n "${NUGET_API_KEY:-}" ] && [ -n "${NUGET_SOURCE:-}" ] || fail "Publish needs NUGET_API_KEY and NUGET_SOURCE in the environment; nothing was published"
    pack
    dotnet nuget push "$packages/*.nupkg" --api-key "$NUGET_API_KEY" --source "$NUGET_SOURCE" --skip-duplicate
}

is_dotnet_target() { [[ $1 =~ ^(compile|test|pack|publish|demo)$ ]]; }

without_nuke() {
    local configuration=Debug targets=() word
    for word in "$@"; do
        is_dotnet_target "${word,,}" || break
        targets+=("${word,,}")
    done
    if [ ${#targets[@]} -gt 0 ]; then
        shift ${#targets[@]}
        while [ $# -gt 0 ]; do
            case $1 in
                --configuration) configuration=${2:?--configuration takes Debug or Release} && shift 2 ;;
                --no-logo) shift ;;
                *) fail "'$1' is not understood behind ${targets[*]}; nothing was done" ;;
            esac
        done
        for word in "${targets[@]}"; do
            run_dotnet_target "$configuration" "$word"
        done
        return
    fi

    is_current "$tool" || { compile "$root/src/RegistryCleaner.Cli" -c Release && touch "$tool"; }
    exec dotnet "$tool" "$@"
}

command -v dotnet >/dev/null || fail "there is no dotnet command: install the .NET SDK that global.json names (nothing is downloaded here)"
mkdir -p "$temp"
if ! is_current "$nuke"; then
    if lacks_nuke; then
        echo "build.sh: Nuke.Common does not restore from this machine's package feeds; the same targets run without it (see .nuke/temp/restore.log)" >&2
        without_nuke "$@"
        exit
    fi
    compile "$root/build/_build.csproj" --no-restore && touch "$nuke"
fi
exec dotnet "$nuke" "$@"
