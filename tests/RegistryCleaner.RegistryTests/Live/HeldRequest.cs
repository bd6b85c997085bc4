using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RegistryCleaner.RegistryTests.Live;

// A request that is held inside the registry at the moment at which it opens a file: whoever opens a file that another process has a
// lease on waits until the lease is given back (fcntl(2), F_SETLEASE). Renaming the file disturbs neither.
internal sealed partial class HeldRequest : IDisposable
{
    private const int SetSignal = 10;
    private const int SetLease = 1024;
    private const int GetLease = 1025;
    private const int WriteLease = 1;
    private const int NoLease = 2;

    // Ignored by whoever does not ask for it, unlike the one that would come otherwise.
    private const int UrgentSignal = 23;

    private const int Attempts = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly SafeFileHandle file;
    private Task? request;

    private HeldRequest(SafeFileHandle file) => this.file = file;

    // Begins the request and comes back when the registry waits for the file.
    public static HeldRequest At(string path, Func<Task> request)
    {
        var held = new HeldRequest(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        held.Control(SetSignal, UrgentSignal);
        held.Control(SetLease, WriteLease);
        held.request = Task.Run(request);
        for (var attempt = 0; held.Control(GetLease, 0) == WriteLease; attempt++)
        {
            if (attempt == Attempts || held.request.IsCompleted)
                throw new InvalidOperationException($"The request did not open {path}.");
            Thread.Sleep(Pause);
        }

        return held;
    }

    // Lets it go on, and waits for its end.
    public async Task ReleaseAsync()
    {
        Control(SetLease, NoLease);
        await request!;
    }

    public void Dispose() => file.Dispose();

    private int Control(int command, int argument)
    {
        var result = FileControl((int)file.DangerousGetHandle(), command, argument);
        return result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(int file, int command, int argument);
}
