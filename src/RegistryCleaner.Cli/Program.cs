using System.Runtime.InteropServices;
using RegistryCleaner;
using RegistryCleaner.Tool;

// Most runs end before they have made so much garbage, in bytes, and none of it is worth a collection. A full collection makes more.
const long UncollectedGarbage = 16 << 20;
try
{
    if (!args.Contains(nameof(CleanerVerbs.GarbageCollect), StringComparer.OrdinalIgnoreCase))
        _ = GC.TryStartNoGCRegion(UncollectedGarbage);
}
catch (ArgumentOutOfRangeException)
{
    // The heap may not become as large at all, as in a small container.
}

using var cancellation = new CancellationTokenSource();

// The first signal stops between two steps; the second ends the process, which the next run then heals.
void Cancel(PosixSignalContext context)
{
    if (cancellation.IsCancellationRequested)
        return;
    context.Cancel = true;
    cancellation.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
return await CleanerProgram.RunAsync(args, cancellation.Token);
