namespace RegistryCleaner.Store;

/// <summary>
/// The shell side of <see cref="ContainerStoreFiles"/>: only what the registry images' busybox has, POSIX sh otherwise.
/// </summary>
/// <remarks>
/// A script that got to its end exits with 0. When this process is killed while it sends paths for <c>xargs</c>, that takes the piece of
/// a path that arrived last for a path: scripts that change something therefore want the mark at the end of each. Those that only look
/// are given the mark as the last path: that it is not there is complained of on standard error, which shows that all paths arrived,
/// and that complaints do.
/// </remarks>
internal static class ContainerScripts
{
    // A record a path: `MARK TYPE-AND-MODE-IN-HEX SIZE MTIME NAME`. A name with a line break goes on without a mark. What is not there is
    // no error; whatever else stat complains of is. What it says of the mark is passed on.
    private const string Stated = """
        stat -c "$mark %f %s %Y %n" --
        """;

    private const string Complaints = """
        2>&1 >&3 | sed -e "/$mark/b" -e "/^stat: .*No such file or directory\$/d" -e "/^stat: .*Not a directory\$/d" >&2; } 3>&1
        """;

    private const string StatFound = $"{{ xargs -0 -r {Stated} {Complaints}";

    public static readonly ContainerScript Stat = new($"{{ {Stated} \"$@\" {Complaints}");

    public static readonly ContainerScript ListChildren = new($"""find -H "$@" -mindepth 1 -maxdepth 1 -print0 | {StatFound}""");

    // Of a link to a disk that is not mounted, find says that nothing is there.
    /// <summary>The paths of all entries, each ended by NUL.</summary>
    public static readonly ContainerScript ListNames = new($$"""
        for p; do
            [ ! -e "$p" ] || continue
            p=${p%/}
            while [ ! -e "$p" ]; do
                [ ! -L "$p" ] || { printf "find: %s: {{StorePaths.LeadsNowhere}}\n" "$p" >&2; break; }
                case $p in */*) p=${p%/*};; *) break;; esac
            done
        done
        find -H "$@" -mindepth 1 -maxdepth 1 -print0
        """);

    public static readonly ContainerScript Find = new($"""find -H "$@" -mindepth 1 -name "*$ending" -print0 | {StatFound}""", "ending");

    public static readonly ContainerScript ListTree = new($"""find -H "$@" -mindepth 1 -print0 | {StatFound}""");

    public static readonly ContainerScript ListRepositoryTree = new(
        $"""find -H "$@" -mindepth 1 \( -name "_*" -prune -o ! -name "_*" \) -print0 | {StatFound}""");

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
    /// So many bytes of each file, under the headers that head prints for more than one file; /dev/null in front makes it
    /// more than one always.
    /// </summary>
    public static readonly ContainerScript Read = new(
        $"""
        {WithoutSpecialFiles}
        head -c "$limit" /dev/null "$@"; printf "\n==> %s <==\n" "$mark"
        """,
        "limit");

    /// <summary>A line a file: its digest, two blanks, its path.</summary>
    public static readonly ContainerScript Hash = new($"""
        {WithoutSpecialFiles}
        [ "$#" -eq 0 ] || sha256sum -- "$@"
        """);

    /// <summary>What a program says of its version, if anything.</summary>
    public static readonly ContainerScript Version = new("\"$program\" --version || :", "program");

    public static readonly ContainerScript Time = new("date +%s");

    // Whether a directory above a path is a symbolic link and must not be one (StorePaths.IsFreelyPlaced); it is $link then.
    private const string Linked = """
        linked() {
            link=$1
            while case $link in */*) link=${link%/*};; *) return 1;; esac; do
                case $link in */*/*) ;; v2|v2/*) return 1;; esac
                [ ! -L "$link" ] || return 0
            done
        }
        """;

    /// <summary>Standard input becomes the file <c>path</c>, if it has so many bytes, by way of the file <c>temporary</c>.</summary>
    public static readonly ContainerScript Write = new(
        $$"""
        {{Linked}}
        ! linked "$path" || { printf "%s/%s is a symbolic link: nothing behind it is written.\n" "$root" "$link" >&2; exit 3; }
        mkdir -p "${path%/*}" || exit 3
        cat > "$temporary" && [ "$(wc -c < "$temporary")" -eq "$length" ] && { sync -d "$temporary" 2>/dev/null || sync; } && mv -T "$temporary" "$path" || { rm -f "$temporary"; exit 3; }
        """,
        "path", "length", "temporary")
    { ChangesSomething = true };

    /// <summary>
    /// Renames each path from below <c>from</c> to below <c>to</c>. A record a path: M moved, A absent, E something is at the target, X refused, with the reason.
    /// What lies behind a symbolic link may be another repository's, or no part of the store.
    /// A tag's link may be written by a push at any moment, with other content, and rename(2) would take its place: it is linked instead.
    /// </summary>
    public static readonly ContainerScript Move = new(
        $$"""
        {{Linked}}
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
        done
        """,
        "from", "to")
    {
        ChangesSomething = true,
        Before = $$"""
            several() { echo 'it {{StorePaths.SeveralFileSystems}}' >&2; exit 3; }
            alike() { [ "$#" -gt 0 ] || return 1; for device; do [ "$device" = "$1" ] || return 1; done; }
            alike $(stat -L -c %d . v2 v2/blobs v2/repositories registry-cleaner registry-cleaner/trash 2>/dev/null) || several
            here=$(pwd -P)
            [ ! -r /proc/self/mountinfo ] || while read -r a b c d place rest; do case $place in "$here"/*) several;; esac; done </proc/self/mountinfo
            """,
    };

    // busybox's rm gives up where a path gets too long: what lies so deep is put directly into the tree, each directory with what is
    // below it, from 500 levels down where names are short, then from as many as names of any length may have.
    public static readonly ContainerScript DeleteTrees = new($$"""
        {{Linked}}
        delete() {
            for depth in 500 12; do
                rm -rf -- "$1" 2>/dev/null && return
                while [ "$(find "$1" -mindepth "$depth" -maxdepth "$depth" -type d -exec sh -c "mv -T \"\$1\" \"\$2/\$\$\"" sh {} "$1" \; -print 2>/dev/null | wc -c)" -gt 0 ]; do :; done
            done
            rm -rf -- "$1"
        }
        for p; do
            case $p in *"$mark") p=${p%"$mark"};; *) exit 255;; esac
            ! linked "$p" || { printf "%s/%s is a symbolic link: nothing behind it is deleted.\n" "$root" "$link" >&2; exit 255; }
            delete "$p" || exit 255
        done
        """)
    { ChangesSomething = true, Behind = "|| exit 3" };

    // Most often nothing lies behind a link, and then each path is looked at once.
    public static readonly ContainerScript RemoveEmptyDirectories = new($$"""
        {{Linked}}
        for p; do
            if linked "$p"; then
                for p; do shift; linked "$p" || set -- "$@" "$p"; done
                break
            fi
        done
        [ "$#" -eq 0 ] || rmdir -- "$@" 2>/dev/null
        """)
    { ChangesSomething = true };

    /// <summary>
    /// Holds the file <c>$3</c> locked until standard input ends, as it does when the process at its other end is gone. The mark becomes
    /// the word of the fence <c>$4</c>, once nothing runs any more that began before; <c>$5</c> is how many seconds that is waited for. It
    /// prints how many it was.
    /// </summary>
    public const string Lock = $$"""
        cd "$1" && mkdir -p "${3%/*}" || exit 3
        for file in "$3" "$4"; do
            { [ -f "$file" ] || [ ! -e "$file" ]; } && [ ! -L "$file" ] || { printf '%s/%s {{StorePaths.NoRegularFile}}\n' "$1" "$file" >&2; exit 3; }
        done
        command -v flock >/dev/null || { printf %s "$2" >"$4" || exit 3; printf '%s without\n' "$2"; exec cat >/dev/null; }
        exec flock -n "$3" sh -c '
            exec 9>>"$2"
            until flock -n 9; do [ "$(($3 - ${n:=0}))" -gt 0 ] || exit 1; n=$((n + 1)); sleep 1; done
            printf %s "$1" >"$2" || exit 3
            exec 9>&-
            printf "%s locked %s\n" "$1" "${n:-0}"; exec cat >/dev/null' sh "$2" "$4" "$5"
        """;
}
