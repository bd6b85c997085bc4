using System.Runtime.InteropServices;
using RegistryCleaner;
using RegistryCleaner.Tool;

if (!args.Contains(nameof(CleanerVerbs.GarbageCollect), StringComparer.OrdinalIgnoreCase))
    ShortRun.Prepare();

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
