using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RegistryCleaner.Tool;

/// <summary>Memory for a run that ends before it has made much garbage: none of it is collected, and it comes in large pages.</summary>
internal static partial class ShortRun
{
    // Most runs end before they have made so much garbage, in bytes, and none of it is worth a collection. A full collection makes more.
    private const long UncollectedGarbage = 16 << 20;

    // The youngest generation's memory lies between that of the others, 4 MiB each, all of it in one reserved range.
    private const nint Heap = 32 << 20;

    private const nint LargePage = 2 << 20;

    // <asm-generic/mman-common.h>.
    private const int HugePage = 14;

    /// <summary>Prepares for such a run.</summary>
    public static void Prepare()
    {
        try
        {
            if (GC.TryStartNoGCRegion(UncollectedGarbage) && OperatingSystem.IsLinux())
                AskForLargePages();
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or DllNotFoundException or EntryPointNotFoundException)
        {
            // The heap may not become as large at all, as in a small container; or this is another system's library. Both can be done without.
        }
    }

    // Memory that is touched for the first time comes by pages of 4 KiB, each of which costs a call into the system, and one into the
    // hypervisor where there is one: in a run of a tenth of a second, a fifth of the time. This is a hint, whatever lies at the address.
    private static unsafe void AskForLargePages()
    {
        var somewhere = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(new byte[1]));
        _ = madvise(somewhere & ~(LargePage - 1), Heap, HugePage);
    }

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nint length, int advice);
}
