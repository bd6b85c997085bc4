using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RegistryCleaner.RegistryTests.Fixture;

// Containers share the host's network, so each registry needs a port of its own, and keeps it while it is stopped.
internal static class FreePorts
{
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (Given.TryAdd(port, true))
                return port;
        }
    }
}
