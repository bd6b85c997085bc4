namespace RegistryCleaner.Store;

/// <summary>
/// The shell side of <see cref="ContainerStoreFiles"/>: only what the registry images' busybox has, POSIX sh otherwise.
/// </summary>
/// <remarks>
/// Paths come on standard input, each ended by NUL, and never become part of a script's text. A script that
/// got to its end exits with 0. <c>$1</c> is the root, <c>$2</c> the mark. When this process is
/// killed while it sends paths, xargs takes the piece of a path that arrived last for a path: scripts that change something
/// therefore want the mark at the end of each. Those that only look are given the mark as the last path: that it is not there is
/// complained of on standard error, which shows that all paths arrived, and that complaints do.
/// </remarks>
internal static class ContainerScripts
{
    /// <summary>
    /// Begins what changes something: <c>$3</c> is the word that stands in the fence since the lock was taken, or nothing where it is not
    /// held. Whoever killed this process cannot end what runs here, so that it holds the fence as long as any of its commands lives, and
    /// whoever takes the lock next waits for that; what has only arrived by then finds another word.
    /// </summary>
    private const string Fenced = $$"""
        cd "$1" || exit 3
        if [ -n "$3" ]; then
            exec 9<{{StoreLayout.Fence}}
            ! command -v flock >/dev/null || flock -s 9 || exit 3
            [ "$(cat <&9)" = "$3" ] || { echo 'another cleaner has taken the store since' >&2; exit 3; }
        fi
        """;

    /// <summary>
    /// A record a path: <c>MARK TYPE-AND-MODE-IN-HEX SIZE MTIME NAME</c>. A name with a line break goes on without a mark. What is not
    /// there is no error; whatever else stat complains of is. What it says of the mark is passed on.
    /// </summary>
    private const string StatEach = """
        { xargs -0 -r stat -c "$2 %f %s %Y %n" -- 2>&1 >&3 | sed -e "/$2/b" -e '/^stat: .*No such file or directory$/d' -e '/^stat: .*Not a directory$/d' >&2; } 3>&1
        """;

    public const string Stat = $$"""
        cd "$1" || exit 3
        {{StatEach}}
        exit 0
        """;

    public const string ListChildren = $$"""
        cd "$1" || exit 3
        xargs -0 -r sh -c 'find -H "$@" -mindepth 1 -maxdepth 1 -print0' sh | {{StatEach}}
        exit 0
        """;

    /// <summary>The paths of all entries, each ended by NUL.</summary>
    public const string ListNames = """
        cd "$1" || exit 3
        xargs -0 -r sh -c 'find -H "$@" -mindepth 1 -maxdepth 1 -print0' sh
        exit 0
        """;

    public const string Find = $$"""
        cd "$1" || exit 3
        xargs -0 -r sh -c 'n=$1; shift; find -H "$@" -mindepth 1 -name "*$n" -print0' sh "$3" | {{StatEach}}
        exit 0
        """;

    public const string ListTree = $$"""
        cd "$1" || exit 3
        xargs -0 -r sh -c 'find -H "$@" -mindepth 1 -print0' sh | {{StatEach}}
        exit 0
        """;

    public const string ListRepositoryTree = $$"""
        cd "$1" || exit 3
        xargs -0 -r sh -c 'find -H "$@" -mindepth 1 \( -name "_*" -prune -o ! -name "_*" \) -print0' sh | {{StatEach}}
        exit 0
        """;

    // Opening a pipe waits for somebody to write to it, and a device may have no end: neither is opened. Most often there is none, and
    // then each path costs one look.
    private const string WithoutSpecialFiles = """
        for p; do
                if [ ! -f "$p" ] && [ ! -d "$p" ] && [ -e "$p" ]; then
                    for p; do shift; { [ ! -f "$p" ] && [ ! -d "$p" ] && [ -e "$p" ]; } || set -- "$@" "$p"; done
                    break
                fi
            done
        """;

    /// <summary>
    /// <c>$3</c> bytes of each file, under the headers that head prints for more than one file; /dev/null in front makes it
    /// more than one always.
    /// </summary>
    public const string Read = $"""
        cd "$1" || exit 3
        xargs -0 -r sh -c '
            n=$1 mark=$2; shift 2
            {WithoutSpecialFiles}
            head -c "$n" /dev/null "$@"; printf "\n==> %s <==\n" "$mark"' sh "$3" "$2"
        exit 0
        """;

    /// <summary>A line a file: its digest, two blanks, its path.</summary>
    public const string Hash = $"""
        cd "$1" || exit 3
        xargs -0 -r sh -c '
            {WithoutSpecialFiles}
            [ "$#" -eq 0 ] || sha256sum -- "$@"' sh
        exit 0
        """;

    public const string Time = """
        date +%s
        exit 0
        """;

    /// <summary>Standard input becomes the file <c>$4</c>, if it has <c>$5</c> bytes, by way of the file <c>$6</c>.</summary>
    public const string Write = $$"""
        {{Fenced}}
        mkdir -p "${4%/*}" || exit 3
        cat > "$6" && [ "$(wc -c < "$6")" -eq "$5" ] && { sync -d "$6" 2>/dev/null || sync; } && mv -T "$6" "$4" || { rm -f "$6"; exit 3; }
        exit 0
        """;

    /// <summary>
    /// Renames each path from below <c>$4</c> to below <c>$5</c>. A record a path: M moved, A absent, E something is at the target, X refused, with the reason.
    /// What lies behind a symbolic link may be another repository's, or no part of the store; only the two uppermost directories may be one.
    /// A tag's link may be written by a push at any moment, with other content, and rename(2) would take its place: it is linked instead.
    /// </summary>
    public const string Move = $$"""
        {{Fenced}}
        several() { echo 'it {{StorePaths.SeveralFileSystems}}' >&2; exit 3; }
        [ "$(stat -L -c %d . v2 v2/blobs v2/repositories registry-cleaner registry-cleaner/trash 2>/dev/null | sort -u | wc -l)" -eq 1 ] || several
        here=$(pwd -P)
        [ ! -r /proc/self/mountinfo ] || while read -r a b c d place rest; do case $place in "$here"/*) several;; esac; done </proc/self/mountinfo
        xargs -0 -r sh -c '
            from=$1 to=$2 mark=$3; shift 3
            linked() { d=${1%/*}; while case $d in */*/*) :;; *) false;; esac; do [ -L "$d" ] && return 0; d=${d%/*}; done; return 1; }
            for p; do
                case $p in *"$mark") p=${p%"$mark"};; *) printf "Xthe path did not arrive whole\0"; continue;; esac
                if [ ! -e "$from/$p" ] && [ ! -L "$from/$p" ]; then printf "A\0"; continue; fi
                if [ -e "$to/$p" ] || [ -L "$to/$p" ]; then printf "E\0"; continue; fi
                if linked "$from/$p" || linked "$to/$p"; then printf "Xit lies behind a symbolic link\0"; continue; fi
                t=$to/$p
                [ -d "${t%/*}" ] || mkdir -p "${t%/*}" 2>/dev/null
                case $p in
                    *{{StoreLayout.LinkOfTagName}}) m=$(ln "$from/$p" "$t" 2>&1 && rm -f "$from/$p" 2>&1);;
                    *) m=$(mv -T "$from/$p" "$t" 2>&1);;
                esac && printf "M\0" || { case $p in *{{StoreLayout.LinkOfTagName}}) [ ! -e "$t" ];; esac && printf "X%s\0" "$m" || printf "E\0"; }
            done' sh "$4" "$5" "$2"
        exit 0
        """;

    public const string DeleteTrees = $$"""
        {{Fenced}}
        xargs -0 -r sh -c '
            mark=$1; shift
            for p; do
                case $p in *"$mark") rm -rf -- "${p%"$mark"}" || exit 255;; *) exit 255;; esac
            done' sh "$2" || exit 3
        exit 0
        """;

    public const string RemoveEmptyDirectories = $$"""
        {{Fenced}}
        xargs -0 -r rmdir -- 2>/dev/null
        exit 0
        """;

    /// <summary>
    /// Holds the file <c>$3</c> locked until standard input ends, as it does when the process at its other end is gone. The mark becomes
    /// the word of the fence <c>$4</c>, once nothing runs any more that began before; <c>$5</c> is how many seconds that is waited for.
    /// </summary>
    public const string Lock = """
        cd "$1" && mkdir -p "${3%/*}" || exit 3
        command -v flock >/dev/null || { printf %s "$2" >"$4" || exit 3; printf '%s without\n' "$2"; exec cat >/dev/null; }
        exec flock -n "$3" sh -c '
            exec 9>>"$2"
            until flock -n 9; do [ "$(($3 - ${n:=0}))" -gt 0 ] || exit 1; n=$((n + 1)); sleep 1; done
            printf %s "$1" >"$2" || exit 3
            exec 9>&-
            printf "%s locked\n" "$1"; exec cat >/dev/null' sh "$2" "$4" "$5"
        """;
}
